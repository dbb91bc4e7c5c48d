/** Vaults that tokens open: slots are added, removed and changed; no password is needed anywhere. */
import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { copyFileSync, existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sqliteFile } from "../../../src/store/sqlite/sqlite-store.ts";
import { prepareTokenSlot, type WrappingToken } from "../../../src/vault/key-slots/token-slot.ts";
import { createVault } from "../../../src/vault/sealed-vault.ts";
import { PIN, SoftTokens } from "../../providers/pkcs11/soft-token.ts";
import { failureOf } from "../command-line/failure.ts";
import { TerminalRun } from "../command-line/terminal.ts";
import { onScene } from "../daemon/running-daemon.ts";
import { ethPayment, ethPrivateKey, pendingId } from "../daemon/wallets.ts";
import { Installation, type Run } from "../executable.ts";
import { tokenAloneEnvironment, tokenEnvironment } from "./token-environment.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(120_000);

const software = new SoftTokens("first", "second", "twin", "twin");
software.initialize("other PIN", "918273");
const FIRST = "pkcs11:token=first";
const SECOND = "pkcs11:token=second";
const installations: Installation[] = [];
afterEach(() => {
  for (const installation of installations.splice(0)) installation.remove();
});
afterAll(() => software.remove());

function newInstallation(): Installation {
  const installation = new Installation();
  installations.push(installation);
  return installation;
}

const env = (uri: string, settings = {}) => tokenAloneEnvironment(software, uri, settings);

function resultOf(run: Run): unknown {
  expect(run).toMatchObject({ status: 0 });
  return run.stdout === "" ? undefined : JSON.parse(run.stdout);
}

/** A vault with one token slot. */
async function withTokenVault(uri = FIRST): Promise<Installation> {
  const installation = newInstallation();
  const made = await installation.run(["generatemanagedwallet", "ETH"], { env: env(uri) });
  expect(made.stderr).toContain("A new vault was made");
  expect(made.status).toBe(0);
  return installation;
}

async function slotsOf(installation: Installation, environment: Record<string, string>): Promise<string[]> {
  const listed = resultOf(await installation.run(["vault", "slot", "list"], { env: environment }));
  return (listed as { slotId: number; kind: string }[]).map(({ slotId, kind }) => `${slotId} ${kind}`);
}

describe("a vault that is made with a token", () => {
  test("has one slot, which the token opens, and no other", async () => {
    const installation = await withTokenVault();
    expect(await slotsOf(installation, env(FIRST))).toEqual(["1 token"]);
    expect(resultOf(await installation.run(["vault", "verify"], { env: env(FIRST) }))).toMatchObject({
      wallets: 1,
    });
    expect(failureOf(await installation.run(["report"], { env: env(SECOND) }))).toMatchObject({
      status: 66,
      code: "NO_SUCH_KEY",
      error: "The token holds the wrapping key of none of the vault's token slots.",
    });
  });

  test("does not open with a password, and says so", async () => {
    const installation = await withTokenVault();
    expect(failureOf(await installation.run(["report"]))).toMatchObject({
      status: 78,
      code: "CONFIGURATION",
      error: "The vault opens with a PKCS#11 token, and none is named.",
    });
  });

  test("opens with the option as with the variable", async () => {
    const installation = await withTokenVault();
    const { TATUM_KMS_PKCS11_URI: _, ...settings } = env(FIRST);
    expect((await installation.run(["report", `--pkcs11=${FIRST}`], { env: settings })).status).toBe(0);
  });

  test("opens with a PIN from a file", async () => {
    const installation = await withTokenVault();
    const file = join(installation.home, "pin");
    writeFileSync(file, "482915\n", { mode: 0o600 });
    const settings = env(`${FIRST}?pin-source=file:${file}`, { TATUM_KMS_PKCS11_PIN: "" });
    expect((await installation.run(["report"], { env: settings })).status).toBe(0);
  });

  test.each([
    ["file", (pinFile: string) => ({ TATUM_KMS_PASSWORD_FILE: pinFile })],
    ["exec", (pinFile: string) => ({ TATUM_KMS_PASSWORD_COMMAND: JSON.stringify(["cat", pinFile]) })],
  ])("opens with a PIN from the provider %s", async (provider, settings) => {
    const installation = await withTokenVault();
    const pinFile = join(installation.home, "pin");
    writeFileSync(pinFile, `${PIN}\n`, { mode: 0o600 });
    const environment = env(FIRST, { TATUM_KMS_PKCS11_PIN: "", ...settings(pinFile) });
    const args = ["vault", "slot", "list", `--provider=${provider}`];
    expect(resultOf(await installation.run(args, { env: environment }))).toMatchObject([{ kind: "token" }]);
  });

  test("leaves nothing behind when the token refuses", async () => {
    const installation = newInstallation();
    const run = await installation.run(["generatemanagedwallet", "ETH"], {
      env: env(FIRST, { TATUM_KMS_PKCS11_PIN: "0000" }),
    });
    expect(failureOf(run)).toMatchObject({ status: 77, code: "WRONG_PIN" });
    expect(existsSync(installation.vaultPath)).toBe(false);
  });

  test("is backed up in a file that the same token opens", async () => {
    const installation = await withTokenVault();
    const backup = join(installation.home, "backup");
    resultOf(await installation.run(["vault", "backup", backup], { env: env(FIRST) }));
    const verified = await installation.run(["vault", "verify", `--path=${backup}`], { env: env(FIRST) });
    expect(resultOf(verified)).toMatchObject({ wallets: 1 });
  });

  test("takes over wallets from a file", async () => {
    const installation = await withTokenVault();
    const file = join(installation.home, "wallets.json");
    writeFileSync(
      file,
      JSON.stringify({ "a-wallet": { privateKey: ethPrivateKey, chain: "ETH", testnet: false } }),
    );
    expect(resultOf(await installation.run(["import", file], { env: env(FIRST) }))).toMatchObject({
      imported: 1,
    });
    const shown = await installation.run(["getmanagedwallet", "a-wallet"], { env: env(FIRST) });
    expect(resultOf(shown)).toMatchObject({ privateKey: ethPrivateKey });
  });

  test("takes the place of a wallet.dat of the original", async () => {
    const samples = join(import.meta.dir, "../../vectors/legacy-wallet-dat");
    const { "mixed-chains": filePassword } = (await Bun.file(join(samples, "passwords.json")).json()) as {
      "mixed-chains": string;
    };
    const installation = await withTokenVault();
    copyFileSync(join(samples, "mixed-chains.dat"), installation.vaultPath);
    const migrated = await installation.run(["migrate"], {
      env: env(FIRST, { TATUM_KMS_IMPORT_PASSWORD: filePassword }),
    });
    expect(resultOf(migrated)).toMatchObject({ imported: 6 });
    expect(await slotsOf(installation, env(FIRST))).toEqual(["1 token"]);
  });
});

describe("key slots", () => {
  test("of a token and of a password open the same vault", async () => {
    const installation = newInstallation();
    const password = tokenEnvironment(software);
    resultOf(await installation.run(["generatemanagedwallet", "ETH"], { env: password }));
    const added = await installation.run(["vault", "slot", "add", `--pkcs11=${FIRST}`], { env: password });
    expect(resultOf(added)).toEqual({ slotId: 2, kind: "token" });
    for (const settings of [password, env(FIRST)])
      expect(await slotsOf(installation, settings)).toEqual(["1 password", "2 token"]);
    resultOf(await installation.run(["vault", "slot", "remove", "1"], { env: env(FIRST) }));
    expect(await slotsOf(installation, env(FIRST))).toEqual(["2 token"]);
    expect(failureOf(await installation.run(["report"], { env: password }))).toMatchObject({
      code: "CONFIGURATION",
    });
  });

  test("of a token are added by the variable alone to a vault that a password opens", async () => {
    const installation = newInstallation();
    const password = tokenEnvironment(software);
    resultOf(await installation.run(["generatemanagedwallet", "ETH"], { env: password }));
    const settings = { ...password, TATUM_KMS_PKCS11_URI: FIRST };
    const added = await installation.run(["vault", "slot", "add"], { env: settings });
    expect(resultOf(added)).toEqual({ slotId: 2, kind: "token" });
    expect(await slotsOf(installation, env(FIRST))).toEqual(["1 password", "2 token"]);
  });

  test("of two tokens open the same vault", async () => {
    const installation = await withTokenVault();
    const added = await installation.run(["vault", "slot", "add", `--pkcs11=${SECOND}`], { env: env(FIRST) });
    expect(resultOf(added)).toEqual({ slotId: 2, kind: "token" });
    for (const uri of [FIRST, SECOND])
      expect(await slotsOf(installation, env(uri))).toEqual(["1 token", "2 token"]);
  });

  test("of a password are added to a vault that a token opens", async () => {
    const installation = await withTokenVault();
    const settings = env(FIRST, { TATUM_KMS_NEW_PASSWORD: installation.password });
    expect(resultOf(await installation.run(["vault", "slot", "add"], { env: settings }))).toEqual({
      slotId: 2,
      kind: "password",
    });
    expect((await installation.run(["report"])).status).toBe(0);
  });

  test("of a first password beside tokens are added at a terminal only after a yes, or one said beforehand", async () => {
    const installation = await withTokenVault();
    const add = (options: readonly string[], settings: object): TerminalRun => {
      const password = { TATUM_KMS_NEW_PASSWORD: "four words that hold", ...settings };
      return new TerminalRun(installation, ["vault", "slot", "add", ...options], {
        env: env(FIRST, password),
      });
    };
    const endings = [
      ["no\r", 77, ["1 token"]],
      ["\u0004", 78, ["1 token"]],
      ["yes\r", 0, ["1 token", "2 password"]],
    ] as const;
    for (const [keys, status, slots] of endings) {
      const run = add([], {});
      await run.shows("So far only tokens open this vault.");
      await run.shows("Go on? (yes or no): ");
      run.type(keys);
      expect(await run.ended()).toBe(status);
      expect(await slotsOf(installation, env(FIRST))).toEqual([...slots]);
    }
    for (const [options, settings] of [
      [["--yes"], {}],
      [[], { TATUM_KMS_YES: "true" }],
    ] as const) {
      resultOf(await installation.run(["vault", "slot", "remove", "2"], { env: env(FIRST) }));
      const run = add(options, settings);
      expect(await run.ended()).toBe(0);
      expect(run.screen).not.toContain("Go on?");
    }
  });

  test("change their wrapping key", async () => {
    const installation = await withTokenVault();
    const fresh = `${FIRST};object=fresh`;
    const listed = resultOf(await installation.run(["vault", "slot", "list"], { env: env(FIRST) }));
    const { keyLabel: label } = (listed as [{ parameters: { keyLabel: string } }])[0].parameters;
    resultOf(await installation.run(["vault", "slot", "add", `--pkcs11=${fresh}`], { env: env(FIRST) }));
    resultOf(await installation.run(["vault", "slot", "remove", "1"], { env: env(FIRST) }));
    software.tool("first", "--login", "--delete-object", "--type", "secrkey", "--label", label);
    expect(await slotsOf(installation, env(FIRST))).toEqual(["2 token"]);
  });

  test.each([
    ["1", "Key slot 1 is the last one: nobody could open the vault."],
    ["7", "The vault has no key slot 7."],
  ])("are not removed when they are the last one or none: %s", async (slotId, error) => {
    const installation = await withTokenVault();
    expect(
      failureOf(await installation.run(["vault", "slot", "remove", slotId], { env: env(FIRST) })),
    ).toMatchObject({
      status: 65,
      error,
    });
  });
});

describe("the wrapping key of a slot", () => {
  const keyOf = async (installation: Installation, environment: Record<string, string>) => {
    const listed = resultOf(await installation.run(["vault", "slot", "list"], { env: environment }));
    const slots = listed as { parameters: { keyLabel: string; keyId: string } }[];
    return slots.map(({ parameters: { keyLabel, keyId } }) => `"${keyLabel}" with the identifier ${keyId}`);
  };

  test("is a new one for each vault, and is told", async () => {
    const [one, other] = [newInstallation(), newInstallation()];
    for (const installation of [one, other]) {
      const made = await installation.run(["generatemanagedwallet", "ETH"], { env: env(FIRST) });
      const [key] = await keyOf(installation, env(FIRST));
      expect(made.stderr).toContain(`A new wrapping key was made in the token: ${key}.`);
    }
    expect(await keyOf(one, env(FIRST))).not.toEqual(await keyOf(other, env(FIRST)));
  });

  test("is one that was there before only when the URI names it, and that is told", async () => {
    const installation = newInstallation();
    const password = tokenEnvironment(software);
    resultOf(await installation.run(["generatemanagedwallet", "ETH"], { env: password }));
    const name = ["--label", "ceremony", "--id", "c0"];
    const kind = ["--key-type", "AES:32", "--sensitive", "--private"];
    software.tool("first", "--login", "--keygen", ...kind, ...name);
    const added = await installation.run(["vault", "slot", "add", `--pkcs11=${FIRST};object=ceremony`], {
      env: password,
    });
    expect(added.stderr).toContain(
      `The token's key "ceremony" with the identifier c0, which was there before, is the wrapping key.`,
    );
    expect((await keyOf(installation, env(FIRST)))[1]).toBe('"ceremony" with the identifier c0');
  });

  test("is the one that the URI names, whatever the file says", async () => {
    const installation = await withTokenVault(`${FIRST};object=mine`);
    expect((await installation.run(["report"], { env: env(`${FIRST};object=mine`) })).status).toBe(0);
    const failure = failureOf(await installation.run(["report"], { env: env(`${FIRST};object=yours`) }));
    expect(failure).toMatchObject({ status: 66, code: "NO_SUCH_KEY" });
    expect(failure.error).toStartWith('The vault names another wrapping key than the PKCS#11 URI: "mine"');
  });

  /** What somebody who reaches the token, but knows no PIN, and may write the vault's folder can do. */
  test("is not one that somebody put into the token without the PIN, with a vault made for it", async () => {
    const victim = await withTokenVault(`${FIRST};object=genuine`);
    const secret = Buffer.alloc(32, 7);
    writeFileSync(software.path("evil"), secret);
    const name = { object: "evil", id: "77" };
    const written = ["--write-object", software.path("evil"), "--type", "secrkey", "--key-type", "AES:32"];
    const named = ["--label", name.object, "--id", name.id, "--sensitive"];
    software.toolWithoutPin("first", ...written, ...named);
    const forged = await createVault(
      sqliteFile(join(victim.home, "forged.dat")),
      await prepareTokenSlot(softwareKey(secret), name),
    );
    await forged.close();
    renameSync(forged.place, victim.vaultPath);
    for (const args of [["vault", "verify"], ["report"], ["vault", "slot", "list"]]) {
      expect(failureOf(await victim.run(args, { env: env(FIRST) }))).toMatchObject({
        status: 77,
        code: "UNSAFE_KEY",
        error:
          'The secret key with the label "evil" and with the identifier 77 needs no PIN (CKA_PRIVATE is not set): anybody who reaches the token could have put it there.',
      });
      expect(failureOf(await victim.run(args, { env: env(`${FIRST};object=genuine`) }))).toMatchObject({
        code: "NO_SUCH_KEY",
      });
    }
  });
});

/** An AES-256-GCM key whose owner has it outside the token. */
function softwareKey(secret: Uint8Array): WrappingToken {
  return {
    async wrap(_, data, additionalData) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", secret, nonce).setAAD(additionalData);
      const wrapped = Buffer.concat([nonce, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
      return { algorithm: "aes-256-gcm", wrapped };
    },
    async unwrap(_, { wrapped }, additionalData) {
      const decipher = createDecipheriv("aes-256-gcm", secret, wrapped.subarray(0, 12));
      decipher.setAAD(additionalData).setAuthTag(wrapped.subarray(-16));
      return Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()]);
    },
  };
}

describe("a token", () => {
  test("is chosen among several of its label by its serial number", async () => {
    const installation = newInstallation();
    const ambiguous = await installation.run(["generatemanagedwallet", "ETH"], {
      env: env("pkcs11:token=twin"),
    });
    const { status, code, hint } = failureOf(ambiguous);
    expect([status, code]).toEqual([78, "CONFIGURATION"]);
    for (const serial of software.serials("twin")) {
      expect(hint).toContain(serial);
      await withTokenVault(`pkcs11:token=twin;serial=${serial}`);
    }
  });

  test("beside another one is given its own PIN, where its URI says where that is", async () => {
    const installation = await withTokenVault();
    const file = join(installation.home, "pin");
    writeFileSync(file, "918273\n", { mode: 0o600 });
    const uri = `pkcs11:token=other PIN?pin-source=file:${file}`;
    const made = await installation.run(["generatemanagedkey", "ETH", `--pkcs11=${uri}`], {
      env: env(FIRST),
    });
    expect(resultOf(made)).toMatchObject({ address: expect.stringMatching(/^0x/) as string });
  });

  test("gets the wrapping key that the variable names, also with the first signing key", async () => {
    const installation = newInstallation();
    const settings = env(`${FIRST};object=chosen`);
    const made = await installation.run(["generatemanagedkey", "ETH", `--pkcs11=${FIRST};object=eth`], {
      env: settings,
    });
    expect(made.status).toBe(0);
    const listed = await installation.run(["vault", "slot", "list"], { env: settings });
    expect(resultOf(listed)).toMatchObject([{ parameters: { keyLabel: "chosen" } }]);
  });

  test("that holds both keys keeps the names of them apart", async () => {
    const installation = newInstallation();
    const { TATUM_KMS_PKCS11_URI: _, ...settings } = env(FIRST);
    const args = ["generatemanagedkey", "ETH", `--pkcs11=${FIRST};object=both`];
    expect((await installation.run(args, { env: settings })).status).toBe(0);
    const listed = await installation.run(["vault", "slot", "list"], { env: env(FIRST) });
    expect(resultOf(listed)).toMatchObject([
      { parameters: { keyLabel: expect.stringMatching(/^tatum-kms/) as string } },
    ]);
  });

  test("whose module is missing is told by its path", async () => {
    const installation = newInstallation();
    const settings = env(FIRST, { TATUM_KMS_PKCS11_MODULE: "/does/not/exist.so" });
    const failure = failureOf(await installation.run(["generatemanagedwallet", "ETH"], { env: settings }));
    expect(failure).toMatchObject({ status: 69, code: "TOKEN" });
    expect(failure.error).toStartWith("The PKCS#11 module /does/not/exist.so cannot be loaded: ");
  });
});

test(
  "a daemon signs with a vault that a token alone opens",
  onScene(async ({ api, installation, start }) => {
    resultOf(
      await installation.run(["vault", "slot", "add", `--pkcs11=${SECOND}`], {
        env: tokenEnvironment(software),
      }),
    );
    resultOf(await installation.run(["vault", "slot", "remove", "1"], { env: env(SECOND) }));
    api.pending = [ethPayment(1)];
    const daemon = start(["--chain=ETH"], { env: env(SECOND) });
    await daemon.logged(`Tx was processed: ${pendingId(1)}`);
  }),
);

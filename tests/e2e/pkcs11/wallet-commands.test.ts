/** What the wallet commands say of a wallet whose key is in a token, and what `provider test` says of the token. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { PIN, SoftTokens } from "../../providers/pkcs11/soft-token.ts";
import { failureOf } from "../command-line/failure.ts";
import { ethPrivateKey } from "../daemon/wallets.ts";
import { Installation, type Run } from "../executable.ts";
import { tokenAloneEnvironment } from "./token-environment.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(120_000);

const URI = "pkcs11:token=only";
const software = new SoftTokens("only");
const installation = new Installation();
const env = (settings: Readonly<Record<string, string>> = {}) =>
  tokenAloneEnvironment(software, URI, settings);
const run = (...args: readonly string[]): Promise<Run> => installation.run(args, { env: env() });

let made: { signatureId: string; address: string; publicKey: string };
beforeAll(async () => {
  made = JSON.parse((await run("generatemanagedkey", "ETH", `--pkcs11=${URI};object=hot`)).stdout);
});
afterAll(() => {
  installation.remove();
  software.remove();
});

function resultOf(done: Run): unknown {
  expect(done).toMatchObject({ status: 0 });
  return JSON.parse(done.stdout);
}

describe("of a wallet whose key is in a token", () => {
  test("getprivatekey says that the key cannot leave", async () => {
    expect(failureOf(await run("getprivatekey", made.signatureId))).toMatchObject({
      status: 77,
      code: "KEY_STAYS_IN_TOKEN",
      error: `The private key of wallet ${made.signatureId} is in a token and cannot leave it.`,
    });
  });

  test("getaddress gives the address that was told when it was made, with an index or without", async () => {
    for (const index of [[], ["7"]]) {
      expect(resultOf(await run("getaddress", made.signatureId, ...index))).toEqual({
        address: made.address,
      });
    }
  });

  test("export gives its place and public key, and says that the key cannot leave", async () => {
    const done = await run("export");
    expect(resultOf(done)).toEqual({
      [made.signatureId]: {
        keyUri: expect.stringMatching(/^pkcs11:token=only;object=hot;id=[%0-9a-f]+;type=private$/),
        publicKey: made.publicKey,
        chain: "ETH",
        testnet: false,
      },
    });
    expect(done.stderr).toContain(
      `The private key of ${made.signatureId} is in a token and cannot leave it.`,
    );
  });

  test("report tells the kind, and neither the place nor a warning", async () => {
    const done = await run("report", made.signatureId);
    expect(resultOf(done)).toMatchObject({
      wallets: { [made.signatureId]: { type: "TOKEN_KEY", chain: "ETH", testnet: false } },
    });
    expect(done.stdout).not.toMatch(/warnings|pkcs11/);
  });
});

describe("a key pair in the token", () => {
  const store = (label: string): Promise<Run> =>
    run("storemanagedkey", "ETH", `--pkcs11=${URI};object=${label}`);

  test("that the token made is stored with a word on that", async () => {
    const name = ["--label", "made there", "--id", "a1"];
    software.tool("only", "--login", "--keypairgen", "--key-type", "EC:secp256k1", ...name);
    const done = await store("made there");
    expect(done).toMatchObject({ status: 0 });
    expect(done.stderr).toContain(
      'The key "made there" with the identifier a1 was made in the token and never leaves it.',
    );
  });

  test("that was brought there from outside is stored with a warning", async () => {
    const file = software.path("key");
    const write = (kind: string, der: string): void => {
      writeFileSync(file, Buffer.from(der, "hex"));
      const name = ["--label", "brought in", "--id", "a2"];
      const attributes = kind === "privkey" ? ["--sensitive", "--private"] : [];
      software.tool("only", "--login", "--write-object", file, "--type", kind, ...name, ...attributes);
    };
    write("privkey", `302e0201010420${ethPrivateKey.slice(2)}a00706052b8104000a`);
    const point = Buffer.from(secp256k1.getPublicKey(Buffer.from(ethPrivateKey.slice(2), "hex"), false));
    write("pubkey", `3056301006072a8648ce3d020106052b8104000a034200${point.toString("hex")}`);
    const done = await store("brought in");
    expect(done).toMatchObject({ status: 0 });
    expect(done.stderr).toContain(
      'Warning: nothing shows that the key "brought in" with the identifier a2 was made in the token and never left it (not set: CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE): whoever has a copy of it can sign.',
    );
  });
});

describe("provider test with a token", () => {
  test("says that it opens the vault, and shows no PIN", async () => {
    const done = await run("provider", "test");
    expect(resultOf(done)).toEqual({ provider: "pkcs11", source: URI, fetched: true, unlocksVault: true });
    expect(`${done.stdout}${done.stderr}`).not.toContain(PIN);
  });

  test("that refuses the PIN says so, and that the vault stays closed", async () => {
    const settings = env({ TATUM_KMS_PKCS11_PIN: "000000" });
    const done = await installation.run(["provider", "test"], { env: settings });
    expect(done.status).toBe(77);
    expect(JSON.parse(done.stdout)).toMatchObject({ provider: "pkcs11", unlocksVault: false });
    expect(done.stderr).toContain('"code":"WRONG_PIN"');
    expect(`${done.stdout}${done.stderr}`).not.toContain("000000");
  });

  test("and no vault says whether the token takes its PIN", async () => {
    const path = `--path=${installation.home}/none.dat`;
    expect(resultOf(await run("provider", "test", path))).toEqual({
      provider: "pkcs11",
      source: URI,
      fetched: true,
      unlocksVault: "no vault",
    });
  });
});

test("change-password gives a vault that a token alone opens no password", async () => {
  const settings = env({ TATUM_KMS_NEW_PASSWORD: "another one" });
  expect(failureOf(await installation.run(["vault", "change-password"], { env: settings }))).toMatchObject({
    status: 65,
    error: "The vault has no password that could be changed.",
  });
});

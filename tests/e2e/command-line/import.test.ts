/** `import`: the wallets of an original wallet.dat, or of the JSON that export prints, into a vault. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Installation, type Run } from "../executable.ts";
import { failureOf } from "./failure.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const samples = join(import.meta.dir, "../../vectors/legacy-wallet-dat");
const passwords = (await Bun.file(join(samples, "passwords.json")).json()) as Record<string, string>;
const sample = (name: string): string => join(samples, `${name}.dat`);
const contentOf = (name: string): string => readFileSync(join(samples, `${name}.json`), "utf8");

const installations: Installation[] = [];
afterAll(() => {
  for (const installation of installations) installation.remove();
});
function newInstallation(): Installation {
  const installation = new Installation();
  installations.push(installation);
  return installation;
}

interface Imported {
  readonly imported: number;
  readonly skipped: number;
  readonly perChain: Readonly<Record<string, number>>;
}

function resultOf({ status, stdout, stderr }: Run): Imported {
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Imported;
}

/** Its name lets two installations differ in what they hold; the text is compared, and with it the order. */
async function exported(installation: Installation, env: Record<string, string> = {}): Promise<string> {
  const { status, stdout, stderr } = await installation.run(["export"], { env });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

describe("every original file opens, and export prints it as it was", () => {
  test.concurrent.each(Object.keys(passwords))("%s", async (name) => {
    const installation = newInstallation();
    const env = { TATUM_KMS_IMPORT_PASSWORD: passwords[name] as string };
    const count = Object.keys(JSON.parse(contentOf(name)) as object).length;
    expect(resultOf(await installation.run(["import", sample(name)], { env }))).toMatchObject({
      imported: count,
      skipped: 0,
    });
    expect(await exported(installation)).toBe(contentOf(name));
  });

  test("a file of no bytes holds nothing", async () => {
    const installation = newInstallation();
    expect(resultOf(await installation.run(["import", sample("zero-byte")]))).toEqual({
      imported: 0,
      skipped: 0,
      perChain: {},
    });
    expect(await exported(installation)).toBe("{}\n");
  });
});

test("an original file that was imported is told to be weakly encrypted; other files are not", async () => {
  const installation = newInstallation();
  const file = join(samples, "one-char-password.dat");
  const env = { TATUM_KMS_IMPORT_PASSWORD: "x" };
  const { status, stderr } = await installation.run(["import", file], { env });
  expect(status, stderr).toBe(0);
  expect(stderr).toContain(`Warning: ${file} still holds the wallets, encrypted so weakly (MD5, one round)`);
  const json = join(installation.home, "wallets.json");
  writeFileSync(json, await exported(installation), { mode: 0o600 });
  expect((await installation.run(["import", json])).stderr).toBe("");
});

describe("the password of the file", () => {
  test("is the vault's own by default", async () => {
    const installation = newInstallation();
    const env = { TATUM_KMS_PASSWORD: passwords["unicode-password"] as string };
    expect(resultOf(await installation.run(["import", sample("unicode-password")], { env })).imported).toBe(
      1,
    );
    expect(await exported(installation, env)).toBe(contentOf("unicode-password"));
  });

  test("is asked for when that does not fit", async () => {
    const installation = newInstallation();
    const input = `${passwords["one-char-password"]}\n`;
    expect(
      resultOf(await installation.run(["import", sample("one-char-password")], { input })).imported,
    ).toBe(1);
  });

  test("is typed before the password of an existing vault is known to fit", async () => {
    const installation = newInstallation();
    await installation.run(["generatemanagedwallet", "ETH"]);
    const run = await installation.run(["import", sample("one-char-password")], {
      env: { TATUM_KMS_PASSWORD: "" },
      input: "falsch\nx\n",
    });
    expect(failureOf(run)).toMatchObject({ status: 77, error: "Wrong password." });
  });

  test("may come through a pipe behind that of a new vault", async () => {
    const installation = newInstallation();
    const run = await installation.run(["import", sample("one-char-password")], {
      env: { TATUM_KMS_PASSWORD: "" },
      input: "new\nnew\nx\n",
    });
    expect(resultOf(run).imported).toBe(1);
    expect(await exported(installation, { TATUM_KMS_PASSWORD: "new" })).toBe(contentOf("one-char-password"));
  });

  test("that is empty needs nobody", async () => {
    const installation = newInstallation();
    expect(resultOf(await installation.run(["import", sample("empty-password")])).imported).toBe(1);
  });

  test.each([
    ["by the variable", { TATUM_KMS_IMPORT_PASSWORD: "falsch" }, undefined],
    ["by the empty variable", { TATUM_KMS_IMPORT_PASSWORD: "" }, undefined],
    ["by the vault's own, with nobody to ask", {}, undefined],
    ["by a person", {}, "falsch\n"],
  ])("is wrong %s: no vault is made", async (_what, env, input) => {
    const installation = newInstallation();
    const options = input === undefined ? { env } : { env, input };
    const failure = failureOf(await installation.run(["import", sample("mixed-chains")], options));
    expect(failure).toMatchObject({
      status: 77,
      code: "IMPORT_UNREADABLE",
      error: "The wallet file to import does not open: wrong password, or the file is damaged.",
    });
    expect(existsSync(installation.vaultPath)).toBe(false);
  });
});

describe("into a vault that holds wallets", () => {
  const installation = newInstallation();
  const json = join(installation.home, "wallets.json");
  const wallets = JSON.parse(contentOf("mixed-chains")) as Record<string, Record<string, unknown>>;
  const [firstId, secondId] = Object.keys(wallets) as [string, string];
  const write = (content: unknown): string => {
    writeFileSync(json, typeof content === "string" ? content : JSON.stringify(content));
    return json;
  };
  let pristine: Buffer;

  beforeAll(async () => {
    const env = { TATUM_KMS_IMPORT_PASSWORD: passwords["mixed-chains"] as string };
    resultOf(await installation.run(["import", sample("mixed-chains")], { env }));
    pristine = readFileSync(installation.vaultPath);
  });

  function expectUnchanged(): void {
    expect(readFileSync(installation.vaultPath).equals(pristine)).toBe(true);
    // Nor is anything left beside it.
    expect(readdirSync(join(installation.home, ".tatumrc"))).toEqual(["wallet.dat"]);
  }

  test("what export printed imports again, and all of it is there already", async () => {
    const result = resultOf(await installation.run(["import", write(await exported(installation))]));
    expect(result).toEqual({ imported: 0, skipped: 6, perChain: {} });
    expectUnchanged();
  });

  test("another wallet under a known signature ID is refused, and nothing is imported", async () => {
    const fresh = { "11111111-1111-4111-8111-111111111111": wallets[secondId] };
    const changed = { ...wallets[firstId], testnet: !wallets[firstId]?.["testnet"] };
    const run = await installation.run(["import", write({ ...fresh, [firstId]: changed })]);
    expect(failureOf(run)).toMatchObject({
      status: 65,
      code: "IMPORT_CONFLICT",
      error: `Nothing was imported: the vault holds other wallets under the signature IDs ${firstId}.`,
    });
    expectUnchanged();
  });

  const text = readFileSync(sample("mixed-chains"), "latin1");
  const flip = (at: number): string =>
    text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
  test.each([
    ["a wallet file cut short", text.slice(0, 1000)],
    ["a wallet file cut to its header", text.slice(0, 12)],
    ["a wallet file with a changed block", flip(400)],
    ["a wallet file with a changed end", flip(text.length - 30)],
    ["a wallet file with a foreign character", `${text.slice(0, 500)}!${text.slice(501)}`],
    ["JSON cut short", contentOf("mixed-chains").slice(0, 500)],
    ["a JSON list", "[]"],
    ["JSON whose wallets are not objects", '{"11111111-1111-4111-8111-111111111111":"x"}'],
    ["JSON with a signature ID twice", `{"a":${JSON.stringify(wallets[firstId])},"a":{}}`],
    ["text", "no wallets here"],
    ["bytes", "\u0000\u0001\u0002"],
  ])("%s is refused, and the vault keeps every byte", async (_what, content) => {
    writeFileSync(json, content, "latin1");
    const env = { TATUM_KMS_IMPORT_PASSWORD: passwords["mixed-chains"] as string };
    const failure = failureOf(await installation.run(["import", json], { env }));
    expect(failure.code).toMatch(/^IMPORT_(DAMAGED|UNREADABLE)$/);
    expect([65, 77]).toContain(failure.status as number);
    expectUnchanged();
  });

  test.each([
    ["that is not there", () => join(installation.home, "missing"), 66, "CANNOT_READ"],
    ["that is a folder", () => installation.home, 66, "CANNOT_READ"],
    ["that is the vault itself", () => installation.vaultPath, 65, "IMPORT_DAMAGED"],
  ])("a file %s is refused", async (_what, path, status, code) => {
    expect(failureOf(await installation.run(["import", path()]))).toMatchObject({ status, code });
    expectUnchanged();
  });

  test("a wrong password of the vault is called that", async () => {
    const run = await installation.run(["import", sample("mixed-chains")], {
      env: { TATUM_KMS_PASSWORD: "falsch" },
    });
    expect(failureOf(run)).toEqual({ status: 77, code: "WRONG_PASSWORD", error: "Wrong password." });
    expectUnchanged();
  });

  test("new wallets come before the old ones, in their order; known ones are counted", async () => {
    const fresh = {
      "22222222-2222-4222-8222-222222222222": {
        privateKey: `0x${"1".repeat(64)}`,
        chain: "ETH",
        testnet: true,
      },
      "33333333-3333-4333-8333-333333333333": {
        privateKey: `0x${"2".repeat(64)}`,
        chain: "ETH",
        testnet: true,
      },
    };
    const result = resultOf(
      await installation.run(["import", write({ ...fresh, [firstId]: wallets[firstId] })]),
    );
    expect(result).toEqual({ imported: 2, skipped: 1, perChain: { ETH: 2 } });
    expect(await exported(installation)).toBe(`${JSON.stringify({ ...fresh, ...wallets }, null, 2)}\n`);
  });
});

describe("odd values", () => {
  test("of the original are kept and told", async () => {
    const installation = newInstallation();
    const odd = {
      "odd-1": { privateKey: 12345678901234567890n.toString(), chain: "ETH", testnet: "false", note: "x" },
      "odd-2": { chain: "LUNA", testnet: false, mnemonic: "no valid one", xpub: null },
      "odd-3": {},
    };
    const json = join(installation.home, "odd.json");
    // An integer that a double cannot hold keeps its digits.
    const content = JSON.stringify(odd, null, 2).replace('"12345678901234567890"', "12345678901234567890");
    writeFileSync(json, content);
    const run = await installation.run(["import", json]);
    expect(resultOf(run)).toMatchObject({ imported: 3, perChain: { ETH: 1, LUNA: 1, unknown: 1 } });
    for (const warning of [
      "Warning: wallet odd-1: 'privateKey' is a bigint instead of text.",
      "Warning: wallet odd-1: 'testnet' is a string instead of true or false.",
      "Warning: wallet odd-1: 'note' is not a field this program knows.",
      "Warning: wallet odd-2: 'xpub' is null instead of text.",
      "Warning: wallet odd-2: 'chain' is not a chain this program knows.",
      "Warning: wallet odd-3: it holds no mnemonic, secret or private key.",
    ]) {
      expect(run.stderr).toContain(`${warning}\n`);
    }
    expect(run.stderr).not.toContain("12345678901234567890");
    expect(run.stderr).not.toContain("no valid one");
    expect(await exported(installation)).toBe(`${content}\n`);
  });
});

describe("the vault that an import makes", () => {
  test("belongs to its owner alone", async () => {
    const installation = newInstallation();
    resultOf(await installation.run(["import", sample("zero-byte")]));
    expect(statSync(installation.vaultPath).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(installation.vaultPath)).mode & 0o777).toBe(0o700);
  });

  test.each([
    ["damaged wallet file", "U2FsdGVkX1+AAAA"],
    ["text", "no wallets here"],
  ])("is not made from a %s", async (_what, content) => {
    const installation = newInstallation();
    const file = join(installation.home, "damaged");
    writeFileSync(file, content);
    expect(failureOf(await installation.run(["import", file]))).toMatchObject({
      code: "IMPORT_DAMAGED",
      status: 65,
    });
    expect(existsSync(join(installation.home, ".tatumrc"))).toBe(false);
  });

  test.each([
    ["\n at the end", (text: string) => `${text}\n`],
    ["\r\n at the end", (text: string) => `${text}\r\n`],
    ["lines of 64 characters", (text: string) => text.replace(/.{64}/g, "$&\n")],
  ])("is made from a wallet file with %j too", async (_what, change) => {
    const installation = newInstallation();
    const file = join(installation.home, "file");
    writeFileSync(file, change(readFileSync(sample("one-char-password"), "latin1")));
    const env = { TATUM_KMS_IMPORT_PASSWORD: "x" };
    expect(resultOf(await installation.run(["import", file], { env })).imported).toBe(1);
  });
});

describe("vault merge", () => {
  /** A vault with a wallet under a password of its own, and the same wallets as text. */
  async function otherVault(password: string) {
    const installation = newInstallation();
    const file = join(installation.home, "wallets.json");
    const wallet = { mnemonic: "secret-words-91c2", chain: "BTC", testnet: false };
    writeFileSync(file, JSON.stringify({ "id-1": wallet }), { mode: 0o600 });
    const env = { TATUM_KMS_PASSWORD: password };
    resultOf(await installation.run(["import", file], { env }));
    return { vault: join(installation.home, ".tatumrc/wallet.dat"), text: await exported(installation, env) };
  }

  test("takes in the wallets of a vault with another password, shows no secret, and leaves that file as it is", async () => {
    const other = await otherVault("the other password 7");
    const installation = newInstallation();
    resultOf(await installation.run(["import", sample("zero-byte")]));
    const before = readFileSync(other.vault);
    const refused = failureOf(await installation.run(["vault", "merge", other.vault]));
    expect(refused).toMatchObject({
      code: "WRONG_PASSWORD",
      hint: expect.stringContaining("TATUM_KMS_IMPORT_PASSWORD"),
    });
    const env = { TATUM_KMS_IMPORT_PASSWORD: "the other password 7" };
    const run = await installation.run(["vault", "merge", other.vault], { env });
    expect(resultOf(run)).toEqual({ imported: 1, skipped: 0, perChain: { BTC: 1 }, payments: 0 } as Imported);
    expect(run.stdout + run.stderr).not.toMatch(/secret-words|other password/);
    expect(run.stderr).toContain("No daemon may work on the other vault any more");
    expect(await exported(installation)).toBe(other.text);
    expect(readFileSync(other.vault)).toEqual(before);
  });
});

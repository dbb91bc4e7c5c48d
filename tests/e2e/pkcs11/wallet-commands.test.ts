/** What the wallet commands say of a wallet whose key is in a token, and what `provider test` says of the token. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { PIN, SoftTokens } from "../../providers/pkcs11/soft-token.ts";
import { failureOf } from "../command-line/failure.ts";
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

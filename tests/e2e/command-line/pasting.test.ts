/** Answers of several lines, pasted into a terminal or sent through a pipe: none becomes the answer to another question. */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { loadChain } from "../../../chains/index.ts";
import { Installation } from "../executable.ts";
import { failureOf } from "./failure.ts";
import { TerminalRun } from "./terminal.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const MNEMONIC = "Enter mnemonic to store: ";
const PRIVATE_KEY = "Enter private key to store: ";
const PASSWORD = "Enter a password for the new wallet store: ";

/** A mnemonic whose first half is one itself. */
const firstHalf = `${"abandon ".repeat(11)}about`;
const secondHalf = `${"zoo ".repeat(11)}before`;
const whole = `${firstHalf} ${secondHalf}`;

const installations: Installation[] = [];
afterAll(() => {
  for (const installation of installations) installation.remove();
});
function newInstallation(): Installation {
  const installation = new Installation();
  installations.push(installation);
  return installation;
}

/** As a terminal sends it that marks what is pasted, and the Enter of the person behind it. */
const bracketed = (text: string): string => `\u001b[200~${text}\u001b[201~\r`;
const env = { TATUM_KMS_PASSWORD: "a password of four words" };

async function storedMnemonics(installation: Installation): Promise<unknown[]> {
  const { stdout } = await installation.run(["export"], { env });
  return Object.values(JSON.parse(stdout) as Record<string, { mnemonic?: string; privateKey?: string }>).map(
    ({ mnemonic, privateKey }) => mnemonic ?? privateKey,
  );
}

describe("24 words on two lines", () => {
  test.each([
    ["pasted into a terminal that marks pastes", {}, bracketed(`${firstHalf}\n${secondHalf}`)],
    ["pasted with a line break at the end", {}, bracketed(`${firstHalf}\n${secondHalf}\n`)],
    ["pasted into one that does not", { TERM: "dumb" }, `${firstHalf}\r${secondHalf}\r`],
  ])("are one mnemonic when they are %s", async (_what, variables, keys) => {
    const installation = newInstallation();
    const run = new TerminalRun(installation, ["storemanagedwallet", "ETH"], {
      env: { ...env, ...variables },
    });
    await run.shows(MNEMONIC);
    run.type(keys);
    expect(await run.ended()).toBe(0);
    expect(run.screen).toContain("2 lines were read as one answer.");
    expect(run.screen).not.toContain("zoo");
    expect(await storedMnemonics(installation)).toEqual([whole]);
  });

  test("are one mnemonic when a pipe brings them and the password comes from elsewhere", async () => {
    const installation = newInstallation();
    const input = `${firstHalf}\n${secondHalf}\n`;
    expect(await installation.run(["storemanagedwallet", "ETH"], { env, input })).toMatchObject({
      status: 0,
    });
    expect(await storedMnemonics(installation)).toEqual([whole]);
  });

  test("are refused when a pipe brings the password as well and the first half is a mnemonic", async () => {
    const installation = newInstallation();
    const input = `${firstHalf}\n${secondHalf}\n${env.TATUM_KMS_PASSWORD}\n`;
    const run = await installation.run(["storemanagedwallet", "ETH"], {
      env: { TATUM_KMS_PASSWORD: "" },
      input,
    });
    expect(failureOf(run)).toMatchObject({ status: 65, code: "INVALID_INPUT" });
    expect(run.stderr).not.toMatch(/zoo|before/);
    expect(existsSync(installation.vaultPath)).toBe(false);
  });

  test("are followed by the password, each on its line", async () => {
    const installation = newInstallation();
    const words = `${"abandon ".repeat(12)}\n${"abandon ".repeat(11)}art`;
    const input = `${words}\n${env.TATUM_KMS_PASSWORD}\n${env.TATUM_KMS_PASSWORD}\n`;
    const run = await installation.run(["storemanagedwallet", "ETH"], {
      env: { TATUM_KMS_PASSWORD: "" },
      input,
    });
    expect(run.status).toBe(0);
    expect(await storedMnemonics(installation)).toEqual([`${"abandon ".repeat(23)}art`]);
  });
});

describe("what is pasted behind the answer", () => {
  test("is told, and is neither the password nor a command for the shell", async () => {
    const installation = newInstallation();
    const run = new TerminalRun(installation, ["storemanagedwallet", "ETH"], {
      afterwards: 'read -t 1 -r line; echo "the shell got [$line]"',
    });
    await run.shows(MNEMONIC);
    run.type(`${firstHalf}\r${env.TATUM_KMS_PASSWORD}\r${env.TATUM_KMS_PASSWORD}\r`);
    await run.shows("After it came 2 more lines, which were not used.");
    await run.shows(PASSWORD);
    run.type("\u0004");
    await run.shows("the shell got []");
    expect(existsSync(installation.vaultPath)).toBe(false);
  });

  test("a password makes the question be asked again", async () => {
    const installation = newInstallation();
    const run = new TerminalRun(installation, ["generatemanagedwallet", "ETH"]);
    await run.shows(PASSWORD);
    run.type(bracketed("user name\na password of four words\nhttps://example.com"));
    await run.shows("The answer has 3 lines, and one is wanted; none of them was used. Please try again.");
    await run.answer(PASSWORD, env.TATUM_KMS_PASSWORD);
    await run.answer("(again): ", env.TATUM_KMS_PASSWORD);
    expect(await run.ended()).toBe(0);
    expect((await installation.run(["report"], { env })).status).toBe(0);
  });
});

describe("a private key of several lines", () => {
  const seed = "ab".repeat(32);
  const pem = [
    "-----BEGIN PRIVATE KEY for erd1-----",
    ...(Buffer.from(seed)
      .toString("base64")
      .match(/.{1,64}/g) ?? []),
    "-----END PRIVATE KEY for erd1-----",
  ].join("\n");
  const envelope = JSON.stringify(
    { type: "PaymentSigningKeyShelley_ed25519", description: "", cborHex: `5820${seed}` },
    null,
    4,
  );
  const solana = async (): Promise<string> => {
    const chain = await loadChain("SOL");
    const { privateKey } = chain!.restoreWallet(firstHalf, "mainnet");
    const { base58 } = await import("@scure/base");
    return JSON.stringify([...base58.decode(privateKey ?? "")], null, 2);
  };

  test.each([
    ["a PEM file", "EGLD", async () => pem],
    ["payment.skey of cardano-cli", "ADA", async () => envelope],
    ["id.json of solana-keygen, pretty-printed", "SOL", solana],
  ])("may be %s, from a terminal and through a pipe", async (_what, chain, content) => {
    const text = await content();
    const { address } = (await loadChain(chain))!.parsePrivateKey(text, "mainnet");
    const installation = newInstallation();
    for (const keys of [bracketed(text), `${text.replaceAll("\n", "\r")}\r`]) {
      const run = new TerminalRun(installation, ["storemanagedprivatekey", chain], { env });
      await run.shows(PRIVATE_KEY);
      run.type(keys);
      await run.shows(`Address of the key: ${address}`);
      expect(await run.ended()).toBe(0);
    }
    const input = `${text}\n${env.TATUM_KMS_PASSWORD}\n`;
    const piped = await installation.run(["storemanagedprivatekey", chain], {
      env: { TATUM_KMS_PASSWORD: "" },
      input,
    });
    expect(piped).toMatchObject({ status: 0 });
    expect(await storedMnemonics(installation)).toEqual([text, text, text]);
  });
});

describe("bytes that are no UTF-8", () => {
  test("typed as a password are refused", async () => {
    const installation = newInstallation();
    const run = new TerminalRun(installation, ["generatemanagedwallet", "ETH"]);
    await run.shows(PASSWORD);
    run.type(Buffer.from("S\u00fccret\u00ff and more\r", "latin1"));
    expect(await run.ended()).toBe(65);
    expect(run.screen).toContain("What was typed is no text in UTF-8.");
    expect(existsSync(installation.vaultPath)).toBe(false);
  });
});

import { describe, expect, test } from "bun:test";
import { loadChain } from "../../../chains/index.ts";
import { Secret } from "../../../providers/secret.ts";
import { checkMnemonic, checkPrivateKey } from "../../../src/wallets/managed-wallets.ts";
import { shownName } from "../../../src/wallets/secret-kinds.ts";

const mnemonic = `${"abandon ".repeat(11)}about`;
/** Published in https://en.bitcoin.it/wiki/Wallet_import_format. */
const wif = "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ";

describe("a secret of another kind than the one that is wanted", () => {
  test.each([
    ["ETH", wif, "looks like a private key in WIF"],
    ["ETH", mnemonic, "looks like a BIP-39 mnemonic (12 words)"],
    ["ETH", mnemonic.toUpperCase(), "looks like a BIP-39 mnemonic (12 words)"],
    ["ETH", `0x${"ab".repeat(20)}`, "looks like an address of an EVM chain"],
    ["SOL", mnemonic, "looks like a BIP-39 mnemonic (12 words)"],
    ["BTC", `xprv${"9".repeat(107)}`, "looks like an extended private key"],
    ["XRP", `S${"A".repeat(55)}`, "looks like a secret seed of Stellar"],
  ])("is named where a private key of %s is wanted", async (ticker, text, what) => {
    const chain = await loadChain(ticker);
    expect(() => checkPrivateKey(chain!, "mainnet", new Secret(text))).toThrow(what);
  });

  test.each([
    [`0x${"1".repeat(64)}`, "looks like a private key of 64 hex digits"],
    [wif, "looks like a private key in WIF"],
  ])("is named where a mnemonic is wanted", async (text, what) => {
    const chain = await loadChain("ETH");
    expect(() => checkMnemonic(chain!, "mainnet", new Secret(text))).toThrow(what);
  });

  test("is not repeated, and the right command is named", async () => {
    const chain = await loadChain("ETH");
    try {
      checkPrivateKey(chain!, "mainnet", new Secret(mnemonic));
      throw new Error("It was taken.");
    } catch (error) {
      expect(error).toMatchObject({ code: "INVALID_INPUT", hint: "storemanagedwallet stores a mnemonic." });
      expect((error as Error).message).not.toMatch(/abandon|about/);
    }
  });

  test("is not guessed at when it is like nothing known", async () => {
    const chain = await loadChain("ETH");
    expect(() => checkPrivateKey(chain!, "mainnet", new Secret("0x1234"))).toThrow(/^(?!.*looks like)/s);
  });
});

describe("what was typed to name a wallet is repeated in errors", () => {
  test.each([
    ["a signature ID", "11111111-0000-4000-8000-000000000001"],
    ["a label", "till 2"],
    ["an EVM address", "0xA6241A7473070a0f4E0b2cdB1C4E8939D8C350eE"],
  ])("when it is %s", (_, typed) => {
    expect(shownName(typed)).toBe(typed);
  });

  test.each([
    ["a private key", "ec51339ad545d6159e87dc0315e2d0973c7a5a239b78b4c2fed77f7c1b4b38f6"],
    ["a key in WIF", "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"],
    ["a seed of the XRP Ledger", "sn259rEFXrQrWyx3Q7XneWcwV6dfL"],
    ["a mnemonic", "abandon ".repeat(12).trim()],
    ["anything that long", "x".repeat(37)],
  ])("but not when it may be %s", (_, typed) => {
    expect(shownName(typed)).toBe(`(${typed.length} characters, not shown)`);
  });
});

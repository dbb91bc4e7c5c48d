import { describe, expect, test } from "bun:test";
import { multiversx } from "../../../../chains/egld.ts";
import { mnemonicToSeed } from "../../../../chains/keys/bip39.ts";
import { slip10Ed25519 } from "../../../../chains/keys/slip10.ts";

/** The public test wallets of MultiversX (https://github.com/multiversx/mx-sdk-testwallets). */
const MNEMONIC =
  "moral volcano peasant pass circle pen over picture flat shop clap goat never lyrics gather prepare woman film " +
  "husband gravity behind test tiger improve";
const ALICE = {
  address: "erd1qyu5wthldzr8wx5c9ucg8kjagg0jfs53s8nr3zpz3hypefsdd8ssycr6th",
  privateKey: "413f42575f7f26fad3317a778771212fdb80245850981e48b58a4f25e344e8f9",
  publicKey: "0139472eff6886771a982f3083da5d421f24c29181e63888228dc81ca60d69e1",
};
const BOB = {
  address: "erd1spyavw0956vq68xj8y4tenjpq2wd5a9p2c6j8gsz7ztyrnpxrruqzu66jx",
  publicKey: "8049d639e5a6980d1cd2392abcce41029cda74a1563523a202f09641cc2618f8",
};

describe("a wallet of MultiversX", () => {
  test("derives the accounts of the public test wallets", () => {
    const wallet = multiversx.restoreWallet(MNEMONIC, "mainnet");
    expect(multiversx.deriveAddress(wallet, 0, "mainnet")).toBe(ALICE.address);
    expect(multiversx.derivePrivateKey(wallet, 0, "mainnet")).toBe(ALICE.privateKey);
    expect(multiversx.deriveAddress(wallet, 1, "mainnet")).toBe(BOB.address);
  });

  test("is 24 words when it is new", () => {
    const { mnemonic, ...others } = multiversx.generateWallet("mainnet");
    expect(mnemonic?.split(" ")).toHaveLength(24);
    expect(others).toEqual({});
  });

  test("is never the empty mnemonic", () => {
    expect(() => multiversx.deriveAddress({ mnemonic: "" }, 0, "mainnet")).toThrow(/neither a mnemonic nor/);
    expect(() => multiversx.derivePrivateKey({}, 0, "mainnet")).toThrow(/neither a mnemonic nor/);
  });
});

describe("a private key of MultiversX", () => {
  const digits = ALICE.privateKey + ALICE.publicKey;
  const base64 = Buffer.from(digits)
    .toString("base64")
    .match(/.{1,64}/g)!
    .join("\n");
  const label = `PRIVATE KEY for ${ALICE.address}`;

  test.each([
    ["64 hex digits", ALICE.privateKey],
    ["hex digits with 0x", `0x${ALICE.privateKey.toUpperCase()}`],
    ["both keys, 128 hex digits", digits],
    ["a PEM file", `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`],
  ])("may be written as %s", (_, text) => {
    expect(multiversx.parsePrivateKey(text, "mainnet")).toMatchObject({
      address: ALICE.address,
      warnings: [],
    });
  });

  test.each([
    ["too short", ALICE.privateKey.slice(1)],
    ["followed by another public key", ALICE.privateKey + BOB.publicKey],
    ["a PEM file without a key", `-----BEGIN ${label}-----\n\n-----END ${label}-----`],
    ["no hex", "z".repeat(64)],
  ])("is refused when it is %s", (_, text) => {
    expect(() => multiversx.parsePrivateKey(text, "mainnet")).toThrow(
      expect.objectContaining({
        code: "INVALID_KEY",
        message: expect.not.stringContaining(text.slice(0, 32)),
      }),
    );
  });

  test.each([
    ["mainnet", "m/44'/508'/0'/0'/0'", "erd1r45ugr3q9wrtftyv3d6wfz9l42wj553l9x6u39q7mqh0pxl5j9tsnde9hx"],
    ["testnet", "m/44'/1'/0'/0'/1'", "erd1mdzfn7n8up8ckddaqs7jsg227t6sftt49dqxw6gckc7ry5vdycrsj0ugm5"],
  ] as const)("that everybody can compute comes with a warning (%s)", (network, path, address) => {
    const privateKey = Buffer.from(slip10Ed25519(mnemonicToSeed(""), path)).toString("hex");
    const parsed = multiversx.parsePrivateKey(privateKey, network);
    expect(parsed.address).toBe(address);
    expect(parsed.warnings).toEqual([expect.stringContaining("anybody can compute it")]);
  });
});

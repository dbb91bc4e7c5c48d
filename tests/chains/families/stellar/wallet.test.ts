import { describe, expect, test } from "bun:test";
import { stellar } from "../../../../chains/xlm.ts";

/** https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0005.md#test-cases, test 1. */
const MNEMONIC = "illness spike retreat truth genius clock brain pass fit cave bargain toe";
const SEP_5: readonly (readonly [index: number, address: string, secret: string])[] = [
  [
    0,
    "GDRXE2BQUC3AZNPVFSCEZ76NJ3WWL25FYFK6RGZGIEKWE4SOOHSUJUJ6",
    "SBGWSG6BTNCKCOB3DIFBGCVMUPQFYPA2G4O34RMTB343OYPXU5DJDVMN",
  ],
  [
    1,
    "GBAW5XGWORWVFE2XTJYDTLDHXTY2Q2MO73HYCGB3XMFMQ562Q2W2GJQX",
    "SCEPFFWGAG5P2VX5DHIYK3XEMZYLTYWIPWYEKXFHSK25RVMIUNJ7CTIS",
  ],
  [
    2,
    "GAY5PRAHJ2HIYBYCLZXTHID6SPVELOOYH2LBPH3LD4RUMXUW3DOYTLXW",
    "SDAILLEZCSA67DUEP3XUPZJ7NYG7KGVRM46XA7K5QWWUIGADUZCZWTJP",
  ],
];

describe("Stellar wallets", () => {
  test.each(SEP_5)("account %d of a mnemonic is that of SEP-5", (index, address, secret) => {
    const wallet = stellar.restoreWallet(MNEMONIC, "mainnet");
    expect(wallet).toEqual({ mnemonic: MNEMONIC, address: SEP_5[0]![1] });
    expect(stellar.deriveAddress(wallet, index, "testnet")).toBe(address);
    expect(stellar.derivePrivateKey(wallet, index, "testnet")).toBe(secret);
  });

  test("a new wallet has an address and its secret", () => {
    const wallet = stellar.generateWallet("testnet");
    expect(Object.keys(wallet)).toEqual(["address", "secret"]);
    expect(stellar.parsePrivateKey(wallet.secret!, "testnet").address).toBe(wallet.address!);
    expect(stellar.generateWallet("testnet")).not.toEqual(wallet);
  });

  test.each([
    ["an address", SEP_5[0]![1], "invalid version byte. expected 144, got 48"],
    ["a damaged secret", `${SEP_5[0]![2].slice(0, -1)}A`, "invalid checksum"],
    ["hex", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "base32"],
    ["nothing", "", "base32"],
  ])("%s is no secret, and the message does not show it", (_, text, problem) => {
    const error = refusal(() => stellar.parsePrivateKey(text, "mainnet"));
    expect(error).toMatchObject({ code: "INVALID_KEY" });
    expect(error.message).toContain(problem);
    if (text !== "") expect(error.message).not.toContain(text);
  });

  test("a mnemonic with a wrong checksum is refused", () => {
    expect(() => stellar.restoreWallet(MNEMONIC.replace("toe", "brain"), "mainnet")).toThrow("BIP-39");
  });

  test.each([-1, 1.5, 2 ** 31])("index %p is refused", (index) => {
    expect(() => stellar.deriveAddress({ mnemonic: MNEMONIC }, index, "mainnet")).toThrow("Derivation index");
  });
});

function refusal(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was refused");
}

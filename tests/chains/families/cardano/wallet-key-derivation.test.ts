import { describe, expect, test } from "bun:test";
import { bytesToHex } from "@noble/curves/utils.js";
import { mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { enterpriseAddress } from "../../../../chains/families/cardano/address.ts";
import {
  childPrivateKey,
  childPublicKey,
  descendant,
  icarusMasterKey,
  publicSide,
} from "../../../../chains/families/cardano/wallet.ts";

const masterKey = (mnemonic: string) => icarusMasterKey(mnemonicToEntropy(mnemonic, wordlist));

test("the master key of a mnemonic is that of CIP-3 (Icarus, no passphrase)", () => {
  const { key, chainCode } = masterKey(
    "eight country switch draw meat scout mystery blade tip drift useless good keep usage title",
  );
  expect(bytesToHex(key) + bytesToHex(chainCode)).toBe(
    "c065afd2832cd8b087c4d9ab7011f481ee1e0721e78ea5dd609f3ab3f156d245" +
      "d176bd8fd4ec60b4731c3918a2a72a0226c0cd119ec35b47e4d55884667f552a" +
      "23f7fdcd4a10c6cd2c7393ac61d877873e248f417634aa3d812af327ffe9d620",
  );
});

describe("the first payment key of CIP-1852, whose addresses are the test vectors of CIP-19", () => {
  const mnemonic = "test walk nut penalty hip pave soap entry language right filter choice";
  const role = descendant(masterKey(mnemonic), ["1852'", "1815'", "0'", "0"]);
  const payment = childPublicKey(publicSide(role), 0);

  test("has the enterprise address of mainnet", () => {
    expect(enterpriseAddress(payment, "mainnet")).toBe(
      "addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8",
    );
  });

  test("has the enterprise address of the test networks", () => {
    expect(enterpriseAddress(payment, "testnet")).toBe(
      "addr_test1vz2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzerspjrlsz",
    );
  });

  test.each([0, 1, 2 ** 31 - 1])("child %d has one public key, derived from either side", (index) => {
    const fromPrivate = publicSide(childPrivateKey(role, index)).publicKey;
    expect(childPublicKey(publicSide(role), index)).toEqual(fromPrivate);
  });
});

import { describe, expect, test } from "bun:test";
import { bnbBeaconChain } from "../../../../chains/bnb.ts";
import { offlineEnvironment, signerOf } from "../../offline-signing-vectors.ts";
import { payloadOf, pendingOf, RECIPIENT, SENDER } from "./transfer.ts";

/** From the tests of the network's own JavaScript SDK (bnb-chain/javascript-sdk). */
const MNEMONIC =
  "offer caution gift cross surge pretty orange during eye soldier popular holiday " +
  "mention east eight office fashion ill parrot vault rent devote earth cousin";
const PRIVATE_KEY = "90335b9d2153ad1a9799a3ccc070bd64b4164e9642ee1dd48053c33f9a3a05e9";
const ADDRESS = "tbnb1hgm0p7khfk85zpz5v0j8wnej3a90w709zzlffd";

describe("a mnemonic", () => {
  test("restores the wallet that other wallets of the network show", () => {
    expect(bnbBeaconChain.restoreWallet(MNEMONIC, "testnet")).toEqual({
      mnemonic: MNEMONIC,
      address: ADDRESS,
      privateKey: PRIVATE_KEY,
    });
  });

  test("has other keys at other indexes", () => {
    const wallet = { mnemonic: MNEMONIC };
    expect(bnbBeaconChain.derivePrivateKey(wallet, 0, "testnet")).toBe(PRIVATE_KEY);
    expect(bnbBeaconChain.derivePrivateKey(wallet, 1, "testnet")).not.toBe(PRIVATE_KEY);
  });

  test("signs at the index that the transaction names", async () => {
    const sender = bnbBeaconChain.deriveAddress({ mnemonic: MNEMONIC }, 3, "mainnet");
    const coins = [{ denom: "BNB", amount: 1 }];
    const transfer = { inputs: [{ address: sender, coins }], outputs: [{ address: RECIPIENT, coins }] };
    const offline = { chain_id: "Binance-Chain-Tigris", account_number: 1, sequence: 0 };
    const transaction = { ...pendingOf(payloadOf(transfer, offline)), index: 3 };
    const signers = [signerOf("a wallet", { mnemonic: MNEMONIC }, bnbBeaconChain)];
    expect(await bnbBeaconChain.sign({ transaction, signers }, offlineEnvironment())).toHaveProperty(
      "payload",
    );
  });

  test("is refused when its checksum does not match", () => {
    expect(() => bnbBeaconChain.restoreWallet(MNEMONIC.replace("cousin", "offer"), "mainnet")).toThrow(
      "checksum",
    );
  });
});

describe("a wallet that is generated", () => {
  test("is one key with its address", () => {
    const wallet = bnbBeaconChain.generateWallet("mainnet");
    expect(Object.keys(wallet)).toEqual(["address", "privateKey"]);
    expect(bnbBeaconChain.deriveAddress(wallet, 9, "mainnet")).toBe(wallet.address!);
    expect(bnbBeaconChain.derivePrivateKey(wallet, 9, "mainnet")).toBe(wallet.privateKey!);
  });

  test("is another one each time", () => {
    expect(bnbBeaconChain.generateWallet("mainnet")).not.toEqual(bnbBeaconChain.generateWallet("mainnet"));
  });
});

test("a private key is read with 0x and blanks around it", () => {
  const text = " 0xBC5C50B35B76DED5AA35013A0A65C3C2F14EEFD188FF9A1607EF805406E0213C\n";
  expect(bnbBeaconChain.parsePrivateKey(text, "mainnet").address).toBe(SENDER);
});

test.each(["", "00".repeat(32), "ff".repeat(32), PRIVATE_KEY.slice(1), `zz${PRIVATE_KEY.slice(2)}`])(
  "%p is no private key of BNB",
  (text) => {
    expect(() => bnbBeaconChain.parsePrivateKey(text, "mainnet")).toThrow(
      expect.objectContaining({ code: "INVALID_KEY" }),
    );
  },
);

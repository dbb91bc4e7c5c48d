import { describe, expect, test } from "bun:test";
import {
  deriveHdPath,
  deriveHdPathRelative,
  deriveHdPrivateNodeFromSeed,
  deriveHdPublicNode,
  deriveSeedFromBip39Mnemonic,
  encodeBip39Mnemonic,
  encodeCashAddress,
  encodeHdKeyPayloadWithChecksum,
  encodeHdPublicKeyPayload,
  type HdPrivateNodeValid,
  hash160,
} from "@bitauth/libauth";
import { payments } from "bitcoinjs-lib";
import fc from "fast-check";
import { bitcoinCash } from "../../chains/bch.ts";
import { bitcoin } from "../../chains/btc.ts";
import type { Chain, Network } from "../../chains/chain.ts";
import { dogecoin } from "../../chains/doge.ts";
import { litecoin } from "../../chains/ltc.ts";
import { caseCount } from "./case-count.ts";
import { keyPair, unwrap, wif } from "./independent-keys.ts";

const noNetwork = {
  messagePrefix: "",
  bech32: "",
  bip32: { public: 0, private: 0 },
  pubKeyHash: 0,
  scriptHash: 0,
  wif: 0,
};

/** From the chain parameters of Bitcoin Core, Litecoin Core, Dogecoin Core, Bitcoin Cash Node, and SLIP-44. */
const coins: {
  readonly chain: Chain;
  readonly network: Network;
  readonly coinType: number;
  readonly extendedKey: number;
  readonly wif: number;
  readonly address: (publicKey: Uint8Array) => string;
}[] = [
  coin(bitcoin, "mainnet", 0, 0x0488b21e, 0x80, segwitAddress("bc")),
  coin(bitcoin, "testnet", 1, 0x043587cf, 0xef, segwitAddress("tb")),
  coin(litecoin, "mainnet", 2, 0x019da462, 0xb0, base58Address(48)),
  coin(litecoin, "testnet", 1, 0x0436f6e1, 0xef, base58Address(111)),
  coin(dogecoin, "mainnet", 3, 0x0488b21e, 0x9e, base58Address(30)),
  coin(dogecoin, "testnet", 1, 0x043587cf, 0xf1, base58Address(113)),
  coin(bitcoinCash, "mainnet", 145, 0x0488b21e, 0x80, cashAddress("bitcoincash")),
  coin(bitcoinCash, "testnet", 145, 0x043587cf, 0xef, cashAddress("bchtest")),
];

const entropy = fc
  .constantFrom(16, 20, 24, 28, 32)
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
const childIndex = fc.oneof(fc.nat(20), fc.nat(0x7fff_ffff));

describe("wallets are those of libauth and bitcoinjs-lib", () => {
  test("mnemonic, extended public key, addresses and private keys", () => {
    fc.assert(
      fc.property(entropy, childIndex, (bytes, index) => {
        const { phrase } = unwrap(encodeBip39Mnemonic(Uint8Array.from(bytes)));
        const master = deriveHdPrivateNodeFromSeed(deriveSeedFromBip39Mnemonic(phrase));
        for (const { chain, network, coinType, extendedKey, ...expected } of coins) {
          const account = deriveHdPath(master, `m/44'/${coinType}'/0'/0`);
          const child = keyPair(deriveHdPathRelative(account, `${index}`).privateKey);
          const wallet = chain.restoreWallet(phrase, network);
          expect(wallet).toEqual({ mnemonic: phrase, xpub: extendedPublicKey(account, extendedKey) });
          const address = expected.address(child.publicKey);
          expect(chain.deriveAddress({ xpub: wallet.xpub! }, index, network)).toBe(address);
          expect(chain.deriveAddress(wallet, index, network)).toBe(address);
          expect(chain.derivePrivateKey(wallet, index, network)).toBe(wif(child, expected.wif));
        }
      }),
      { numRuns: caseCount },
    );
  }, 600_000);

  test("imported private keys, compressed and not", () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32, min: 1, max: 254 });
    fc.assert(
      fc.property(key, fc.boolean(), fc.constantFrom(...coins), (bytes, compressed, expected) => {
        const pair = keyPair(Uint8Array.from(bytes), compressed);
        const parsed = expected.chain.parsePrivateKey(wif(pair, expected.wif), expected.network);
        expect(parsed.key.publicKey).toEqual(pair.publicKey);
        expect(parsed.warnings).toEqual([]);
        // An uncompressed key has no witness address.
        if (compressed || expected.chain !== bitcoin)
          expect(parsed.address).toBe(expected.address(pair.publicKey));
      }),
      { numRuns: caseCount },
    );
  }, 600_000);
});

function coin(
  chain: Chain,
  network: Network,
  coinType: number,
  extendedKey: number,
  wifVersion: number,
  address: (publicKey: Uint8Array) => string,
): (typeof coins)[number] {
  return { chain, network, coinType, extendedKey, wif: wifVersion, address };
}

function segwitAddress(bech32: string): (publicKey: Uint8Array) => string {
  const network = { ...noNetwork, bech32 };
  return (pubkey) => payments.p2wpkh({ pubkey, network }).address!;
}

function base58Address(pubKeyHash: number): (publicKey: Uint8Array) => string {
  const network = { ...noNetwork, pubKeyHash };
  return (pubkey) => payments.p2pkh({ pubkey, network }).address!;
}

function cashAddress(prefix: "bitcoincash" | "bchtest"): (publicKey: Uint8Array) => string {
  return (publicKey) =>
    encodeCashAddress({ prefix, type: "p2pkh", payload: hash160(publicKey), throwErrors: true }).address;
}

/** libauth writes `xpub` and `tpub` only, so the version is put in front of its payload here. */
function extendedPublicKey(account: HdPrivateNodeValid, version: number): string {
  const node = deriveHdPublicNode(account);
  const payload = encodeHdPublicKeyPayload({ network: "mainnet", node });
  new DataView(payload.buffer, payload.byteOffset).setUint32(0, version);
  return encodeHdKeyPayloadWithChecksum(payload);
}

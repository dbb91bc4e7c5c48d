import { describe, expect, test } from "bun:test";
import { ED25519_TORSION_SUBGROUP, ed25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { hexToBytes } from "@noble/curves/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { createBase58check } from "@scure/base";
import type { Chain } from "../../chains/chain.ts";
import { loadChain, tickers } from "../../chains/index.ts";
import { tokenCurve } from "../../src/wallets/token-wallets.ts";
import { networkOf, readVectors, type WalletVector } from "./offline-signing-vectors.ts";
import { testedChainOf } from "./tested-chains.ts";

/** Chains that tell an uncompressed key from a compressed one by its address. */
const TWO_ADDRESSES = tickers.filter((ticker) => testedChainOf(ticker).wif !== undefined);
/** Chains that know a key in its compressed form only. */
const COMPRESSED_ONLY = tickers.filter((ticker) => testedChainOf(ticker).isCompressedOnly);

const chains = await Promise.all(
  tickers.map(async (ticker) => [ticker, (await loadChain(ticker))!] as const),
);
const onCurve = (curve: string) => chains.filter(([, { facts }]) => tokenCurve(facts) === curve);
const onSecp256k1 = [...onCurve("secp256k1"), ...chains.filter(([ticker]) => ticker === "XRP")];
const onEd25519 = onCurve("ed25519");

const base58check = createBase58check(sha256);
const SECRET = new Uint8Array(32).fill(7);
const compressed = secp256k1.getPublicKey(SECRET, true);
const uncompressed = secp256k1.getPublicKey(SECRET, false);
const edwards = ed25519.getPublicKey(SECRET);

describe.each(chains)("%s: the address of a public key", async (ticker, chain) => {
  const vectors = (await readVectors<WalletVector>("wallets", ticker)).filter(
    ({ keys }) => keys !== undefined,
  );

  test.each([false, true])("is that of the wallet whose key it is (testnet: %p)", (testnet) => {
    const network = networkOf(testnet);
    const keys = vectors.filter((vector) => vector.testnet === testnet).flatMap((vector) => vector.keys!);
    expect(keys).not.toBeEmpty();
    for (const { address, privateKey } of keys) {
      const { key } = chain.parsePrivateKey(privateKey, network);
      expect(chain.addressOfPublicKey(key.publicKey, network)).toBe(address);
    }
  });

  const lengths = [0, 1, 20, 31, 34, 63, 64, 66];
  test.each(lengths)("is refused for %d bytes", (length) => {
    expectRefusal(chain, new Uint8Array(length).fill(2), /\b\d+ bytes instead of \d+/);
  });
});

describe.each(onSecp256k1)("%s: a public key on secp256k1", (ticker, chain) => {
  test("has its address in compressed form", () => {
    expect(chain.addressOfPublicKey(compressed, "mainnet")).not.toBeEmpty();
  });

  const takesUncompressed = COMPRESSED_ONLY.includes(ticker) ? "is refused" : "has its address";
  test(`${takesUncompressed} in uncompressed form`, () => {
    if (COMPRESSED_ONLY.includes(ticker)) {
      expectRefusal(chain, uncompressed, "it has 65 bytes instead of 33");
      return;
    }
    const isSame =
      chain.addressOfPublicKey(uncompressed, "mainnet") === chain.addressOfPublicKey(compressed, "mainnet");
    expect(isSame).toBe(!TWO_ADDRESSES.includes(ticker));
  });

  const points: [string, Uint8Array][] = [
    ["an x coordinate that no point has", withFirst(0x02, new Uint8Array(32).fill(0xff))],
    ["the x coordinate 5, which no point has", withFirst(0x02, new Uint8Array(32).fill(5, 31))],
    ["the x coordinate 0", withFirst(0x02, new Uint8Array(32))],
    ["an unknown first byte", withFirst(0x05, compressed.subarray(1))],
    ["33 zeros in the place of the point at infinity", new Uint8Array(33)],
    ["a key on ed25519 behind ED", withFirst(0xed, edwards)],
  ];
  test.each(points)("is refused with %s", (_, publicKey) => {
    expectRefusal(chain, publicKey, "no point of the curve");
  });
});

describe.each(onSecp256k1.filter(([ticker]) => !COMPRESSED_ONLY.includes(ticker)))(
  "%s: an uncompressed public key",
  (_, chain) => {
    const points: [string, Uint8Array][] = [
      ["a y coordinate of another point", withLast(uncompressed, uncompressed[64]! ^ 1)],
      ["the first byte of the hybrid form", withFirst(0x06, uncompressed.subarray(1))],
      ["65 zeros", new Uint8Array(65)],
    ];
    test.each(points)("is refused with %s", (_case, publicKey) => {
      expectRefusal(chain, publicKey, "no point of the curve");
    });
  },
);

test.each(onSecp256k1.filter(([ticker]) => ticker !== "XRP"))(
  "%s refuses a public key on ed25519",
  (_, chain) => {
    expectRefusal(chain, edwards, "it has 32 bytes instead of 33");
  },
);

test.each(TWO_ADDRESSES)(
  "%s: the address of an uncompressed key is that of its private key",
  async (ticker) => {
    const chain = (await loadChain(ticker))!;
    for (const network of ["mainnet", "testnet"] as const) {
      const version = testedChainOf(ticker).wif![network];
      const wif = base58check.encode(withFirst(version, SECRET));
      expect(chain.addressOfPublicKey(uncompressed, network)).toBe(
        chain.parsePrivateKey(wif, network).address,
      );
    }
  },
);

describe.each(onEd25519)("%s: a public key on ed25519", (ticker, chain) => {
  test("has its address", () => {
    expect(chain.addressOfPublicKey(edwards, "mainnet")).not.toBeEmpty();
  });

  const smallOrder = ED25519_TORSION_SUBGROUP.map((text) => [text, hexToBytes(text)] as const);
  test.each(smallOrder)("is refused when it is the point of small order %s", (_, publicKey) => {
    expectRefusal(chain, publicKey, "no private key has it");
  });

  const point = ed25519.Point.fromBytes(edwards);
  const mixed = point.add(ed25519.Point.fromHex(ED25519_TORSION_SUBGROUP[1]!)).toBytes();
  const broken: [string, Uint8Array][] = [
    ["a point outside of the group of prime order", mixed],
    ["a y coordinate that no point has", withFirst(2, new Uint8Array(31))],
    [
      "a second encoding of the neutral element (y = p + 1)",
      withLast(withFirst(0xee, new Uint8Array(31).fill(0xff)), 0x7f),
    ],
    ["a sign where x is 0", withLast(withFirst(1, new Uint8Array(31)), 0x80)],
  ];
  test.each(broken)("is refused when it is %s", (_, publicKey) => {
    expectRefusal(chain, publicKey, "no private key has it");
  });

  if (ticker === "XRP") return;
  test("is refused when it is one on secp256k1", () => {
    expectRefusal(chain, compressed, "it has 33 bytes instead of 32");
    expectRefusal(chain, uncompressed, "it has 65 bytes instead of 32");
  });
});

function expectRefusal(chain: Chain, publicKey: Uint8Array, message: string | RegExp): void {
  for (const network of ["mainnet", "testnet"] as const) {
    const address = () => chain.addressOfPublicKey(publicKey, network);
    expect(address).toThrow(expect.objectContaining({ code: "INVALID_KEY" }));
    expect(address).toThrow(message);
  }
}

function withFirst(first: number, rest: Uint8Array): Uint8Array {
  return Uint8Array.of(first, ...rest);
}

function withLast(bytes: Uint8Array, last: number): Uint8Array {
  return Uint8Array.of(...bytes.subarray(0, -1), last);
}

import { describe, expect, test } from "bun:test";
import { bytesToHex, hexToBytes } from "@noble/curves/utils.js";
import { HDKey } from "@scure/bip32";
import { ChainError } from "../../../chains/error.ts";
import {
  assertIndex,
  childPrivateKey,
  childPublicKey,
  extendedPublicKey,
} from "../../../chains/keys/bip32.ts";

const ABANDON = `${"abandon ".repeat(11)}about`;

/** https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki#test-vectors */
const BIP32_VECTORS = [
  {
    vector: 1,
    seed: "000102030405060708090a0b0c0d0e0f",
    path: "m/0'/1/2'/2/1000000000",
    xpub: "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGasTvXEYBVPamhGW6cFJodrTHy",
  },
  {
    vector: 2,
    seed: "fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a29f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542",
    path: "m/0/2147483647'/1/2147483646'/2",
    xpub: "xpub6FnCn6nSzZAw5Tw7cgR9bi15UV96gLZhjDstkXXxvCLsUXBGXPdSnLFbdpq8p9HmGsApME5hQTZ3emM2rnY5agb9rXpVGyy3bdW6EEgAtqt",
  },
  {
    vector: 3,
    seed: "4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be",
    path: "m/0'",
    xpub: "xpub68NZiKmJWnxxS6aaHmn81bvJeTESw724CRDs6HbuccFQN9Ku14VQrADWgqbhhTHBaohPX4CjNLf9fq9MYo6oDaPPLPxSb7gwQN3ih19Zm4Y",
  },
];

/** Parent and child of the same vectors, where the child is not hardened. */
const PUBLIC_CHILDREN = [
  {
    chain: "vector 1, m/0'/1",
    xpub: "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5ski8PX9rL2dZXvgGDnw",
    index: 1,
    child:
      "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ",
  },
  {
    chain: "vector 1, m/0'/1/2'/2/1000000000",
    xpub: "xpub6FHa3pjLCk84BayeJxFW2SP4XRrFd1JYnxeLeU8EqN3vDfZmbqBqaGJAyiLjTAwm6ZLRQUMv1ZACTj37sR62cfN7fe5JnJ7dh8zL4fiyLHV",
    index: 1_000_000_000,
    child:
      "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGasTvXEYBVPamhGW6cFJodrTHy",
  },
  {
    chain: "vector 2, m/0",
    xpub: "xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB",
    index: 0,
    child:
      "xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7ap6r1D3tgFxHmwMkQTPH",
  },
];

describe("extended keys", () => {
  test.each(BIP32_VECTORS)("the BIP-32 library gives test vector $vector", ({ seed, path, xpub }) => {
    expect(HDKey.fromMasterSeed(hexToBytes(seed)).derive(path).publicExtendedKey).toBe(xpub);
  });

  // https://github.com/bitcoin/bips/blob/master/bip-0086.mediawiki#test-vectors
  test("of a mnemonic are those of BIP-86", () => {
    expect(extendedPublicKey(ABANDON, "m/86'/0'/0'")).toBe(
      "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ",
    );
  });

  // https://github.com/bitcoin/bips/blob/master/bip-0049.mediawiki#test-vectors
  test("carry the version bytes asked for", () => {
    const upub = { public: 0x044a5262, private: 0x044a4e28 };
    expect(extendedPublicKey(ABANDON, "m/49'/1'/0'", upub)).toBe(
      "upub5EFU65HtV5TeiSHmZZm7FUffBGy8UKeqp7vw43jYbvZPpoVsgU93oac7Wk3u6moKegAEWtGNF8DehrnHtv21XXEMYRUocHqguyjknFHYfgY",
    );
  });
});

describe("child keys of BIP-32", () => {
  // https://github.com/bitcoin/bips/blob/master/bip-0049.mediawiki#test-vectors
  test("the private key of a mnemonic is that of BIP-49", () => {
    expect(bytesToHex(childPrivateKey(ABANDON, "m/49'/1'/0'/0", 0))).toBe(
      "c9bdb49cfbaedca21c4b1f3a7803c34636b1d7dc55a717132443fc3f4c5867e8",
    );
  });

  test.each(PUBLIC_CHILDREN)("the public key is that of BIP-32 test $chain", ({ xpub, index, child }) => {
    expect(childPublicKey(xpub, index)).toEqual(HDKey.fromExtendedKey(child).publicKey!);
  });

  test.each([-1, 2 ** 31, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("index %p is refused", (index) => {
    expect(refusal(() => assertIndex(index)).code).toBe("INVALID_KEY");
    expect(() => childPrivateKey(ABANDON, "m/0", index)).toThrow(ChainError);
    expect(() => childPublicKey(PUBLIC_CHILDREN[0]!.xpub, index)).toThrow(ChainError);
  });

  test.each([0, 2 ** 31 - 1])("index %p is accepted", (index) => {
    expect(childPublicKey(PUBLIC_CHILDREN[0]!.xpub, index)).toHaveLength(33);
  });
});

describe("text that is not an extended public key", () => {
  // The public keys of https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki#test-vector-5
  test.each([
    [
      "zero depth with non-zero index",
      "xpub661MyMwAuDcm6CRQ5N4qiHKrJ39Xe1R1NyfouMKTTWcguwVcfrZJaNvhpebzGerh7gucBvzEQWRugZDuDXjNDRmXzSZe4c7mnTK97pTvGS8",
    ],
    [
      "unknown extended key version",
      "DMwo58pR1QLEFihHiXPVykYB6fJmsTeHvyTp7hRThAtCX8CvYzgPcn8XnmdfHPmHJiEDXkTiJTVV9rHEBUem2mwVbbNfvT2MTcAqj3nesx8uBf9",
    ],
    [
      "a point that is not on the curve",
      "xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6Q5JXayek4PRsn35jii4veMimro1xefsM58PgBMrvdYre8QyULY",
    ],
    [
      "invalid checksum",
      "xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduC",
    ],
    ["empty text", ""],
  ])("%s is refused", (_, xpub) => {
    expect(refusal(() => childPublicKey(xpub, 0)).code).toBe("INVALID_KEY");
  });

  test("an extended private key is refused without repeating it", () => {
    const xprv =
      "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi";
    const error = refusal(() => childPublicKey(xprv, 0));
    expect(error.message).not.toContain("xprv");
    expect(error.cause).toBeUndefined();
  });

  test("a key of another network is refused", () => {
    const tpub = { public: 0x043587cf, private: 0x04358394 };
    expect(refusal(() => childPublicKey(PUBLIC_CHILDREN[0]!.xpub, 0, tpub)).code).toBe("INVALID_KEY");
  });
});

function refusal(action: () => unknown): ChainError {
  try {
    action();
  } catch (error) {
    if (error instanceof ChainError) return error;
    throw error;
  }
  throw new Error("It was accepted.");
}

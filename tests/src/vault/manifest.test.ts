import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { addToDigest, DigestSum, takeFromDigest } from "../../../src/vault/digest.ts";
import {
  checkWallets,
  openManifest,
  sealManifest,
  slotsHash,
  walletHash,
} from "../../../src/vault/manifest.ts";
import { RootKey } from "../../../src/vault/root-key.ts";
import { caught } from "./caught.ts";

const rootKey = RootKey.generate(randomBytes(16));
const rows = Array.from({ length: 6 }, () => ({
  walletKey: randomBytes(32),
  sealed: randomBytes(50),
}));
const digestOf = (some: typeof rows) =>
  some.reduce((digest, row) => addToDigest(digest, walletHash(rootKey, row)), 0n);
const manifest = {
  generation: 7,
  count: 6,
  digest: digestOf(rows),
  slots: slotsHash(rootKey, []),
  nextPosition: 9,
  indexed: 4,
};

test("a manifest comes back as it was sealed", () => {
  for (const digest of [0n, 1n, manifest.digest, (1n << 256n) - 1n]) {
    expect(openManifest(rootKey, sealManifest(rootKey, { ...manifest, digest }))).toEqual({
      ...manifest,
      digest,
    });
  }
});

test("the digest of many rows is the same, whether they are added one by one or summed up", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 })), (hashes) => {
      const sum = new DigestSum();
      for (const hash of hashes) sum.add(hash);
      expect(sum.value).toBe(hashes.reduce((digest, hash) => addToDigest(digest, hash), 0n));
    }),
  );
});

test("the digest of more rows than its words can hold without a carry is exact", () => {
  const rows = 2 ** 21 + 3;
  const sum = new DigestSum();
  const highest = new Uint8Array(32).fill(0xff);
  for (let row = 0; row < rows; row++) sum.add(highest);
  expect(sum.value).toBe((((1n << 256n) - 1n) * BigInt(rows)) % (1n << 256n));
});

test("a manifest of another vault does not open", async () => {
  const sealed = sealManifest(RootKey.generate(randomBytes(16)), manifest);
  expect((await caught(() => openManifest(rootKey, sealed))).message).toContain("manifest");
});

test("a manifest that does not count first addresses counts none", () => {
  const { indexed: _, ...older } = manifest;
  const text = JSON.stringify({ ...older, digest: "0".repeat(64) });
  const sealed = rootKey.seal("manifest", new Uint8Array(), Buffer.from(text));
  expect(openManifest(rootKey, sealed).indexed).toBe(0);
});

test("a manifest of another shape is refused", async () => {
  for (const text of ["", "{", "{}", '{"generation":1,"count":0,"digest":"0","slots":"0"}', "null"]) {
    const sealed = rootKey.seal("manifest", new Uint8Array(), Buffer.from(text));
    expect((await caught(() => openManifest(rootKey, sealed))).message).toContain("unknown shape");
  }
});

describe("the digest of the wallets", () => {
  test("does not depend on the order", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
        expect(digestOf(shuffled)).toBe(manifest.digest);
      }),
    );
  });

  test("is the same whether a wallet was removed or never there", () => {
    fc.assert(
      fc.property(fc.subarray(rows), (removed) => {
        const left = removed.reduce(
          (sum, row) => takeFromDigest(sum, walletHash(rootKey, row)),
          manifest.digest,
        );
        expect(left).toBe(digestOf(rows.filter((row) => !removed.includes(row))));
      }),
    );
  });

  test("changes when two rows exchange their content", () => {
    const [first, second, ...rest] = rows;
    const swapped = [{ ...first!, sealed: second!.sealed }, { ...second!, sealed: first!.sealed }, ...rest];
    expect(digestOf(swapped)).not.toBe(manifest.digest);
  });
});

test.each([
  [5, "1 wallet is missing (6 expected, 5 found)"],
  [4, "2 wallets are missing (6 expected, 4 found)"],
  [7, "1 wallet is extra (6 expected, 7 found)"],
])("a manifest of 6 wallets with %i: %s", async (count, message) => {
  const error = await caught(() => checkWallets(manifest, { count, digest: manifest.digest }));
  expect([error.code, error.message]).toEqual(["VAULT_CORRUPT", expect.stringContaining(message)]);
});

test("as many but other wallets: a record was replaced", async () => {
  const error = await caught(() => checkWallets(manifest, { count: 6, digest: manifest.digest + 1n }));
  expect(error.message).toContain("record was replaced");
});

import { expect, test } from "bun:test";
import { argon2id } from "@noble/hashes/argon2.js";
import { Secret } from "../../../../providers/secret.ts";
import { openKeySlots, slotChecksum } from "../../../../src/vault/key-slots/key-slot.ts";
import {
  passwordOpener,
  passwordSlotKeys,
  preparePasswordSlot,
} from "../../../../src/vault/key-slots/password-slot.ts";
import { RootKey } from "../../../../src/vault/root-key.ts";
import { caught } from "../caught.ts";

const vaultId = Buffer.alloc(16, 3);
const rootKey = RootKey.generate(vaultId);
const slot = preparePasswordSlot(new Secret("caf\u00e9 \u2126"))(rootKey, 5);
const probe = rootKey.keyedHash("probe", vaultId);

const open = async (password: string, slots = [slot], id = vaultId) =>
  (await openKeySlots(id, slots, passwordOpener(new Secret(password)))).keyedHash("probe", vaultId);

test("a slot uses the second recommended option of RFC 9106, section 4, with a random salt of 16 bytes", () => {
  const { salt, ...parameters } = JSON.parse(slot.parameters);
  expect(parameters).toEqual({ algorithm: "argon2id", memory: 65_536, passes: 3, parallelism: 4 });
  expect(salt).toMatch(/^[0-9a-f]{32}$/);
});

test("the password opens it however its characters are composed", async () => {
  expect(await open("cafe\u0301 \u03a9")).toEqual(probe);
});

test("another password does not open a password slot", async () => {
  const error = await caught(() => open("cafe \u03a9"));
  expect([error.code, error.message, error.exitStatus]).toEqual(["WRONG_PASSWORD", "Wrong password.", 77]);
});

test("the keys are 64 bytes of Argon2id, as an independent implementation derives them", () => {
  const salt = "000102030405060708090a0b0c0d0e0f";
  const parameters = { memory: 65_536, passes: 3, parallelism: 1, salt };
  const text = JSON.stringify({ algorithm: "argon2id", ...parameters });
  const keys = passwordSlotKeys(1, text, new Secret("e\u0301"));
  const expected = argon2id(new TextEncoder().encode("\u00e9"), Buffer.from(salt, "hex"), {
    m: 65_536,
    t: 3,
    p: 1,
    dkLen: 64,
  });
  expect(Buffer.concat([keys.encryptionKey, keys.commitmentKey])).toEqual(Buffer.from(expected));
}, 20_000);

test("a slot of another vault is told from a wrong password", async () => {
  const error = await caught(() => open("café Ω", [slot], Buffer.alloc(16, 4)));
  expect(error.code).toBe("VAULT_CORRUPT");
  expect(error.message).toContain("key slot 5");
});

test("slots of other kinds are skipped by a password", async () => {
  const token = { ...slot, slotId: 1, kind: "token", parameters: "whatever" };
  expect(await open("café Ω", [{ ...token, checksum: slotChecksum(vaultId, token) }, slot])).toEqual(probe);
});

test("any of several password slots opens", async () => {
  const second = preparePasswordSlot(new Secret("second"))(rootKey, 6);
  expect(await open("second", [slot, second])).toEqual(probe);
});

test("an empty password is refused for a new slot", async () => {
  expect((await caught(() => preparePasswordSlot(new Secret("")))).code).toBe("INVALID_INPUT");
});

const acceptable = {
  algorithm: "argon2id",
  memory: 65_536,
  passes: 3,
  parallelism: 4,
  salt: "ab".repeat(16),
};

test.each([
  ["memory", { memory: 65_535 }],
  ["memory", { memory: 262_145 }],
  ["passes", { passes: 2 }],
  ["passes", { passes: 13 }],
  ["parallelism", { parallelism: 0 }],
  ["parallelism", { parallelism: 9 }],
  ["salt length", { salt: "ab".repeat(15) }],
  ["salt length", { salt: "ab".repeat(65) }],
  ["unknown shape", { algorithm: "argon2i" }],
  ["unknown shape", { memory: 65_536.5 }],
  ["unknown shape", { salt: "abc" }],
  ["unknown shape", { more: 1 }],
])("parameters out of bounds are refused before they cost anything: %s %j", async (what, changes) => {
  const parameters = JSON.stringify({ ...acceptable, ...changes });
  const started = performance.now();
  const refused = await caught(() => passwordSlotKeys(7, parameters, new Secret("x")));
  expect(refused.code).toBe("VAULT_CORRUPT");
  expect(refused.message).toContain("key slot 7");
  expect(refused.message).toContain(what);
  // One derivation with the least that is allowed takes longer.
  expect(performance.now() - started).toBeLessThan(50);
});

test.each([
  ["memory and passes", 2, { memory: 262_144, passes: 7 }],
  ["memory", 16, { memory: 69_632 }],
  ["passes", 16, { passes: 4 }],
])("slots that cost too much together are refused before the first is tried: %s", async (_, count, more) => {
  const slots = Array.from({ length: count }, (_, index) => {
    const parameters = JSON.stringify({ ...acceptable, ...more });
    const forged = { ...slot, slotId: index + 1, parameters };
    return { ...forged, checksum: slotChecksum(vaultId, forged) };
  });
  const started = performance.now();
  const refused = await caught(() => open("x", slots));
  expect([refused.code, refused.message]).toEqual(["VAULT_CORRUPT", expect.stringContaining("together")]);
  expect(performance.now() - started).toBeLessThan(50);
});

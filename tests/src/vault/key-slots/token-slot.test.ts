import { describe, expect, test } from "bun:test";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { KeySlotRow } from "../../../../src/store/tables/key-slot.ts";
import { openKeySlots, slotChecksum } from "../../../../src/vault/key-slots/key-slot.ts";
import {
  prepareTokenSlot,
  tokenOpener,
  type WrappingToken,
} from "../../../../src/vault/key-slots/token-slot.ts";
import { RootKey } from "../../../../src/vault/root-key.ts";
import { caught } from "../caught.ts";

const vaultId = Buffer.alloc(16, 3);
const rootKey = RootKey.generate(vaultId);
const probe = rootKey.keyedHash("probe", vaultId);
const key = { object: "wrapping key", id: "0a0b" };

/** A token with one AES-256-GCM key, that remembers what it was asked. */
class MemoryToken implements WrappingToken {
  readonly asked: (typeof key)[] = [];
  readonly #key = randomBytes(32);

  async wrap(_: typeof key, data: Uint8Array, additionalData: Uint8Array) {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(additionalData);
    const wrapped = Buffer.concat([nonce, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
    return { algorithm: "aes-256-gcm" as const, wrapped };
  }

  async unwrap(name: typeof key, { wrapped }: { readonly wrapped: Uint8Array }, additionalData: Uint8Array) {
    this.asked.push(name);
    const decipher = createDecipheriv("aes-256-gcm", this.#key, wrapped.subarray(0, 12));
    decipher.setAAD(additionalData).setAuthTag(wrapped.subarray(-16));
    const data = decipher.update(wrapped.subarray(12, -16));
    try {
      decipher.final();
      return data;
    } catch {
      return undefined;
    }
  }
}

const token = new MemoryToken();
const slot = (await prepareTokenSlot(token, key))(rootKey, 5);

/** The slot with other parameters, as somebody would write them who can compute the checksum. */
function altered(changes: Readonly<Record<string, unknown>> | string): KeySlotRow {
  const parameters =
    typeof changes === "string" ? changes : JSON.stringify({ ...JSON.parse(slot.parameters), ...changes });
  const changed = { ...slot, parameters };
  return { ...changed, checksum: slotChecksum(vaultId, changed) };
}

const open = async (slots = [slot], opener: WrappingToken = token) =>
  (await openKeySlots(vaultId, slots, tokenOpener(opener))).keyedHash("probe", vaultId);

describe("a token slot", () => {
  test("is opened by the token that wrapped its keys, asked by label and identifier", async () => {
    token.asked.length = 0;
    expect(await open()).toEqual(probe);
    expect(token.asked).toEqual([key]);
  });

  test("tells the token's way and key, and 64 wrapped bytes", () => {
    expect(JSON.parse(slot.parameters)).toEqual({
      algorithm: "aes-256-gcm",
      keyLabel: "wrapping key",
      keyId: "0a0b",
      wrapped: expect.stringMatching(/^[0-9a-f]{184}$/) as string,
    });
    expect([slot.kind, slot.slotId]).toEqual(["token", 5]);
  });

  test("is not opened by another token", async () => {
    expect(await caught(() => open([slot], new MemoryToken()))).toMatchObject({
      code: "NO_SUCH_KEY",
      message: "The token holds the wrapping key of none of the vault's token slots.",
    });
  });

  test("has just the keys that the token wrapped", async () => {
    let wrapped = Buffer.alloc(0);
    const plain: WrappingToken = {
      async wrap(_, data) {
        wrapped = Buffer.from(data);
        return { algorithm: "aes-256-gcm", wrapped };
      },
      unwrap: async () => Buffer.from(wrapped),
    };
    await prepareTokenSlot(plain, key);
    for (const secret of [Buffer.from(wrapped), Uint8Array.from(wrapped)]) {
      const opener = tokenOpener({ ...plain, unwrap: async () => secret });
      const keys = await opener.slotKeys(5, slot.parameters);
      expect(Buffer.concat([keys!.encryptionKey, keys!.commitmentKey])).toEqual(wrapped);
      expect([...secret].every((byte) => byte === 0)).toBe(true);
    }
  });

  test("is found among those of other tokens", async () => {
    const other = (await prepareTokenSlot(new MemoryToken(), key))(rootKey, 4);
    expect(await open([other, slot])).toEqual(probe);
  });

  test("is not opened by a token that gives something else back", async () => {
    for (const data of [randomBytes(64), Buffer.alloc(64), randomBytes(63), Buffer.alloc(0)]) {
      const liar: WrappingToken = { wrap: token.wrap.bind(token), unwrap: async () => data };
      expect((await caught(() => open([slot], liar))).code).toBe("NO_SUCH_KEY");
    }
  });

  test.each<[string, Readonly<Record<string, unknown>> | string]>([
    ["no JSON", "whatever"],
    ["a list", "[]"],
    ["no algorithm", { algorithm: undefined }],
    ["an unknown algorithm", { algorithm: "rsa" }],
    ["one member more", { more: 1 }],
    ["a label that is no text", { keyLabel: 7 }],
    ["a label that is too long", { keyLabel: "a".repeat(1025) }],
    ["an identifier that is no hexadecimal", { keyId: "0g" }],
    ["an identifier of half a byte", { keyId: "abc" }],
    ["an identifier that is too long", { keyId: "ab".repeat(513) }],
    ["too few wrapped bytes", { wrapped: "ab".repeat(63) }],
    ["too many wrapped bytes", { wrapped: "ab".repeat(513) }],
  ])("with %s is refused before the token is asked", async (_, changes) => {
    token.asked.length = 0;
    expect(await caught(() => open([altered(changes)]))).toMatchObject({ code: "VAULT_CORRUPT" });
    expect(token.asked).toEqual([]);
  });

  test("is bound to its parameters: another name for the same key does not open it", async () => {
    expect((await caught(() => open([altered({ keyLabel: "renamed" })]))).code).toBe("NO_SUCH_KEY");
  });
});

describe("a token slot whose key the person named", () => {
  const openAs = async (demanded: Partial<typeof key>) =>
    (await openKeySlots(vaultId, [slot], tokenOpener(token, demanded))).keyedHash("probe", vaultId);

  test.each<[string, Partial<typeof key>]>([
    ["its label", { object: "wrapping key" }],
    ["its identifier", { id: "0a0b" }],
    ["both", key],
  ])("is opened by %s", async (_, demanded) => {
    expect(await openAs(demanded)).toEqual(probe);
  });

  test.each<[string, Partial<typeof key>]>([
    ["another label", { object: "another" }],
    ["another identifier", { id: "0a0c" }],
    ["its label and another identifier", { object: "wrapping key", id: "0a0c" }],
  ])("is not opened by %s, and the token is not asked for what the file names", async (_, demanded) => {
    token.asked.length = 0;
    expect(await caught(() => openAs(demanded))).toMatchObject({
      code: "NO_SUCH_KEY",
      message:
        'The vault names another wrapping key than the PKCS#11 URI: "wrapping key" with the identifier 0a0b.',
    });
    expect(token.asked).toEqual([]);
  });
});

describe("making a token slot", () => {
  test.each<[string, () => Uint8Array | undefined]>([
    ["nothing", () => undefined],
    ["other bytes", () => randomBytes(64)],
  ])("fails when the token gives back %s", async (_, returned) => {
    const broken: WrappingToken = { wrap: token.wrap.bind(token), unwrap: async () => returned() };
    expect(await caught(() => prepareTokenSlot(broken, key))).toMatchObject({
      code: "TOKEN",
      message: "The token does not give back what its key wrapped; no key slot was made.",
    });
  });
});

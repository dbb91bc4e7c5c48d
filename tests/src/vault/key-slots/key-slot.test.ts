import { describe, expect, test } from "bun:test";
import { KmsError } from "../../../../src/errors.ts";
import type { KeySlotRow } from "../../../../src/store/tables/key-slot.ts";
import {
  makeKeySlot,
  openKeySlots,
  type SlotKeys,
  type SlotOpener,
  slotChecksum,
} from "../../../../src/vault/key-slots/key-slot.ts";
import { RootKey } from "../../../../src/vault/root-key.ts";
import { caught } from "../caught.ts";

const vaultId = new Uint8Array(16).fill(9);
const rootKey = RootKey.generate(vaultId);

function keysOf(byte: number): SlotKeys {
  return {
    encryptionKey: new Uint8Array(32).fill(byte),
    commitmentKey: new Uint8Array(32).fill(byte + 100),
  };
}

function slotWith(byte: number, slotId = 1, kind = "password"): KeySlotRow {
  return makeKeySlot(rootKey, { slotId, kind, parameters: "{}" }, keysOf(byte));
}

/** An opener whose keys come from a byte, and all keys it handed out. */
function openerWith(byte: number): SlotOpener & { readonly handedOut: SlotKeys[] } {
  const handedOut: SlotKeys[] = [];
  return {
    kind: "password",
    handedOut,
    async slotKeys() {
      const keys = keysOf(byte);
      handedOut.push(keys);
      return keys;
    },
    refused: () => new KmsError("WRONG_PASSWORD", "Wrong password."),
  };
}

function resealed(slot: KeySlotRow, changes: Partial<KeySlotRow>): KeySlotRow {
  const changed = { ...slot, ...changes };
  return { ...changed, checksum: slotChecksum(vaultId, changed) };
}

const isWiped = ({ encryptionKey, commitmentKey }: SlotKeys): boolean =>
  [...encryptionKey, ...commitmentKey].every((byte) => byte === 0);

describe("a key slot", () => {
  test("gives the root key to the keys it was made with", async () => {
    const opened = await openKeySlots(vaultId, [slotWith(1)], openerWith(1));
    const sealed = rootKey.seal("test", new Uint8Array(16), Uint8Array.of(5));
    expect([...(opened.open("test", new Uint8Array(16), sealed) ?? [])]).toEqual([5]);
  });

  test("wipes the keys it is made with", () => {
    const keys = keysOf(1);
    makeKeySlot(rootKey, { slotId: 1, kind: "password", parameters: "{}" }, keys);
    expect(isWiped(keys)).toBe(true);
  });

  test("wipes the keys it is tried with, right or wrong", async () => {
    for (const byte of [1, 2]) {
      const opener = openerWith(byte);
      await openKeySlots(vaultId, [slotWith(1)], opener).catch(() => undefined);
      expect(opener.handedOut.map(isWiped)).toEqual([true]);
    }
  });

  test("refuses other keys in the words of the opener", async () => {
    const refused = await caught(() => openKeySlots(vaultId, [slotWith(1)], openerWith(2)));
    expect(refused.code).toBe("WRONG_PASSWORD");
  });

  test.each(["slotId", "kind", "parameters", "commitment", "wrappedKey"] as const)(
    "whose %s was damaged is named, before anything is derived",
    async (column) => {
      const slot = slotWith(1);
      const value = slot[column];
      const other =
        value instanceof Uint8Array
          ? value.map((byte) => byte ^ 1)
          : typeof value === "number"
            ? value + 1
            : `${value} `;
      const opener = openerWith(1);
      const refused = await caught(() => openKeySlots(vaultId, [{ ...slot, [column]: other }], opener));
      expect(refused).toMatchObject({
        code: "VAULT_CORRUPT",
        message: expect.stringContaining("checksum does not match"),
      });
      expect(opener.handedOut).toEqual([]);
    },
  );

  test("of another vault is refused", async () => {
    const other = new Uint8Array(16).fill(8);
    expect(await caught(() => openKeySlots(other, [slotWith(1)], openerWith(1)))).toMatchObject({
      code: "VAULT_CORRUPT",
    });
  });

  test("whose root key does not open under the right keys is damaged, not a wrong password", async () => {
    const slot = slotWith(1);
    for (const wrappedKey of [slot.wrappedKey.map((byte) => byte ^ 1), slot.wrappedKey.subarray(1)]) {
      const refused = await caught(() =>
        openKeySlots(vaultId, [resealed(slot, { wrappedKey })], openerWith(1)),
      );
      expect(refused).toMatchObject({
        code: "VAULT_CORRUPT",
        message: expect.stringContaining("its key is right"),
      });
    }
  });

  test("with another slot's commitment does not open", async () => {
    const { commitment } = slotWith(1, 2);
    const slot = resealed(slotWith(1, 1), { commitment });
    expect((await caught(() => openKeySlots(vaultId, [slot], openerWith(1)))).code).toBe("WRONG_PASSWORD");
  });
});

describe("several key slots", () => {
  test("are tried one after another, those of other kinds not at all", async () => {
    const opener = openerWith(3);
    await openKeySlots(
      vaultId,
      [slotWith(1, 1, "token"), slotWith(2, 2), slotWith(3, 3), slotWith(4, 4)],
      opener,
    );
    expect(opener.handedOut).toHaveLength(2);
  });

  test("none of which is of the opener's kind are told by their kinds", async () => {
    const refused = await caught(() => openKeySlots(vaultId, [slotWith(1, 1, "token")], openerWith(1)));
    expect(refused).toMatchObject({ code: "CONFIGURATION", message: expect.stringContaining("token") });
  });

  test("cannot be none", async () => {
    expect((await caught(() => openKeySlots(vaultId, [], openerWith(1)))).code).toBe("VAULT_CORRUPT");
  });
});

describe("a new slot is not made", () => {
  const good = new Uint8Array(32).fill(1);
  test.each([
    ["of an encryption key that was wiped", { encryptionKey: new Uint8Array(32), commitmentKey: good }],
    ["of a commitment key that was wiped", { encryptionKey: good, commitmentKey: new Uint8Array(32) }],
    ["of a key that is too short", { encryptionKey: good.subarray(1), commitmentKey: good }],
  ])("%s", async (_what, keys) => {
    const identity = { slotId: 1, kind: "password", parameters: "{}" };
    const copies = {
      encryptionKey: Uint8Array.from(keys.encryptionKey),
      commitmentKey: Uint8Array.from(keys.commitmentKey),
    };
    expect(await caught(() => makeKeySlot(rootKey, identity, copies))).toMatchObject({ code: "INTERNAL" });
  });
});

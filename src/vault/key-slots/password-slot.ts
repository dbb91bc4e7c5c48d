/**
 * Key slots that a password opens: Argon2id (https://www.rfc-editor.org/rfc/rfc9106), by the native code behind node:crypto.
 */
import { argon2Sync, randomBytes } from "node:crypto";
import * as v from "valibot";
import type { Secret } from "../../../providers/secret.ts";
import { KmsError, vaultCorrupt } from "../../errors.ts";
import { type KeySlotRow, MOST_SLOTS } from "../../store/tables/key-slot.ts";
import { makeKeySlot, type PreparedSlot, type SlotKeys, type SlotOpener } from "./key-slot.ts";

export const passwordKind = "password";

/** What this program asks for: RFC 9106, section 4, second recommended option. Memory in KiB. */
const written = { memory: 65_536, passes: 3, parallelism: 4 } as const;

/** All slots of a vault together: as much as if each had been written by this program. Memory in KiB times passes. */
const MOST_WORK = MOST_SLOTS * written.memory * written.passes;

/**
 * What a file may ask for. Less would make guessing cheap, more would let a file exhaust the machine. Memory in KiB,
 * salt in bytes.
 */
const bounds = {
  memory: { name: "Argon2 memory", unit: " KiB", least: 65_536, most: 4 * written.memory },
  passes: { name: "the number of Argon2 passes", unit: "", least: 3, most: 4 * written.passes },
  parallelism: { name: "the Argon2 parallelism", unit: "", least: 1, most: 8 },
  salt: { name: "the Argon2 salt length", unit: " bytes", least: 16, most: 64 },
} as const;

const parametersSchema = v.strictObject({
  algorithm: v.literal("argon2id"),
  memory: v.pipe(v.number(), v.safeInteger()),
  passes: v.pipe(v.number(), v.safeInteger()),
  parallelism: v.pipe(v.number(), v.safeInteger()),
  salt: v.pipe(v.string(), v.regex(/^([0-9a-f]{2})*$/)),
});

/**
 * Does the slow part of making a password slot.
 *
 * @returns What makes the slot, once.
 * @throws KmsError `INVALID_INPUT` when the password is empty
 */
export function preparePasswordSlot(password: Secret): PreparedSlot {
  if (password.isEmpty) {
    throw new KmsError("INVALID_INPUT", "The password for the vault is empty.", {
      hint: "Choose a password.",
    });
  }
  const salt = randomBytes(16).toString("hex");
  const parameters = JSON.stringify({ algorithm: "argon2id", ...written, salt });
  const keys = passwordSlotKeys(0, parameters, password);
  return (rootKey, slotId) => makeKeySlot(rootKey, { slotId, kind: passwordKind, parameters }, keys);
}

/**
 * The keys of a password slot; takes about a third of a second.
 *
 * @param password Used as the UTF-8 bytes of its NFC form, so that it does not matter how a keyboard composes "é".
 * @throws KmsError `VAULT_CORRUPT` when the parameters are out of bounds, before any work is done
 */
export function passwordSlotKeys(slotId: number, parameters: string, password: Secret): SlotKeys {
  const { memory, passes, parallelism, salt } = parseParameters(slotId, parameters);
  const message = Buffer.from(password.reveal().normalize("NFC"), "utf8");
  const tagLength = 64;
  const derived = argon2Sync("argon2id", { message, nonce: salt, memory, passes, parallelism, tagLength });
  message.fill(0);
  const keys = {
    encryptionKey: Uint8Array.from(derived.subarray(0, 32)),
    commitmentKey: Uint8Array.from(derived.subarray(32)),
  };
  derived.fill(0);
  return keys;
}

/** A wrong password is tried on every slot: what one of them may cost, all of them together must not. */
function assertAffordable(slots: readonly Pick<KeySlotRow, "slotId" | "parameters">[]): void {
  const work = slots
    .map(({ slotId, parameters }) => parseParameters(slotId, parameters))
    .reduce((sum, { memory, passes }) => sum + memory * passes, 0);
  if (work <= MOST_WORK) return;
  throw vaultCorrupt(
    `its key slots ask for ${work} KiB times passes of Argon2 together, at most ${MOST_WORK} are used`,
  );
}

/** Opens the password slots of a vault. */
export function passwordOpener(password: Secret): SlotOpener {
  return {
    kind: passwordKind,
    assertAffordable,
    slotKeys: async (slotId, parameters) => passwordSlotKeys(slotId, parameters, password),
    refused: () => new KmsError("WRONG_PASSWORD", "Wrong password."),
  };
}

function parseParameters(slotId: number, text: string) {
  const parsed = v.safeParse(parametersSchema, parseJson(text));
  if (!parsed.success) throw vaultCorrupt(`key slot ${slotId}: its Argon2 parameters have an unknown shape`);
  const { memory, passes, parallelism } = parsed.output;
  const salt = Buffer.from(parsed.output.salt, "hex");
  const given = { memory, passes, parallelism, salt: salt.length };
  for (const field of ["memory", "passes", "parallelism", "salt"] as const) {
    const { name, unit, least, most } = bounds[field];
    if (given[field] < least || given[field] > most) {
      throw vaultCorrupt(
        `key slot ${slotId}: ${name} of ${given[field]}${unit} is outside ${least} to ${most}${unit}`,
      );
    }
  }
  return { memory, passes, parallelism, salt };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Key slots that a PKCS#11 token opens. The token's non-extractable AES key wraps 64 random bytes, which are the slot's
 * keys; so a token slot carries the same commitment as a password slot, and the root key never passes through the token.
 */
import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { KmsError, vaultCorrupt } from "../../errors.ts";
import type { KeySlotRow } from "../../store/tables/key-slot.ts";
import { makeKeySlot, type PreparedSlot, type SlotKeys, type SlotOpener } from "./key-slot.ts";

export const tokenKind = "token";

/** In bytes: encryption key and commitment key. */
const SLOT_SECRET_LENGTH = 64;
/** Keeps the token from unwrapping for us what was wrapped for something else. */
const ADDITIONAL_DATA = Buffer.from("tatum-kms/v1/token-slot");

/** A key in a token by its label (CKA_LABEL) and identifier (CKA_ID, hexadecimal). */
export interface WrappingKeyName {
  readonly object: string;
  readonly id: string;
}

const wrapAlgorithm = v.picklist(["aes-256-gcm", "aes-256-key-wrap"]);

export interface WrappedBytes {
  readonly algorithm: v.InferOutput<typeof wrapAlgorithm>;
  readonly wrapped: Uint8Array;
}

/** What a vault needs of a token. */
export interface WrappingToken {
  wrap(key: WrappingKeyName, data: Uint8Array, additionalData: Uint8Array): Promise<WrappedBytes>;
  /** @returns `undefined` when the token has no such key, or the bytes were wrapped by another one */
  unwrap(
    key: WrappingKeyName,
    wrapped: WrappedBytes,
    additionalData: Uint8Array,
  ): Promise<Uint8Array | undefined>;
}

const hex = v.pipe(v.string(), v.regex(/^([0-9a-f]{2})*$/));
const parametersSchema = v.strictObject({
  algorithm: wrapAlgorithm,
  keyLabel: v.pipe(v.string(), v.maxLength(1024)),
  keyId: v.pipe(hex, v.maxLength(1024)),
  wrapped: v.pipe(hex, v.minLength(2 * SLOT_SECRET_LENGTH), v.maxLength(1024)),
});

/** Has the token wrap the keys of a new slot. */
export async function prepareTokenSlot(token: WrappingToken, key: WrappingKeyName): Promise<PreparedSlot> {
  const secret = randomBytes(SLOT_SECRET_LENGTH);
  const { algorithm, wrapped } = await token.wrap(key, secret, ADDITIONAL_DATA);
  // A token that cannot give back what it took would lock the vault for ever.
  const returned = await token.unwrap(key, { algorithm, wrapped }, ADDITIONAL_DATA);
  if (returned === undefined || !secret.equals(returned)) {
    throw new KmsError("TOKEN", "The token does not give back what its key wrapped; no key slot was made.");
  }
  returned.fill(0);
  const parameters = JSON.stringify({
    algorithm,
    keyLabel: key.object,
    keyId: key.id,
    wrapped: Buffer.from(wrapped).toString("hex"),
  });
  const keys = splitSecret(secret);
  return (rootKey, slotId): KeySlotRow => makeKeySlot(rootKey, { slotId, kind: tokenKind, parameters }, keys);
}

/**
 * Opens the token slots of a vault whose wrapping key is in this token.
 * @param demanded what the person named of the key; a file that names another one is not theirs
 */
export function tokenOpener(token: WrappingToken, demanded: Partial<WrappingKeyName> = {}): SlotOpener {
  const others: WrappingKeyName[] = [];
  return {
    kind: tokenKind,
    async slotKeys(slotId, parameters) {
      const { algorithm, keyLabel, keyId, wrapped } = parseParameters(slotId, parameters);
      const key = { object: keyLabel, id: keyId };
      if (!isDemanded(key, demanded)) {
        others.push(key);
        return undefined;
      }
      const bytes = { algorithm, wrapped: Buffer.from(wrapped, "hex") };
      const secret = await token.unwrap(key, bytes, ADDITIONAL_DATA);
      return secret?.length === SLOT_SECRET_LENGTH ? splitSecret(secret) : undefined;
    },
    refused() {
      const [other] = others;
      return other === undefined ? noSuchKey() : anotherKey(other);
    },
  };
}

function isDemanded(key: WrappingKeyName, { object, id }: Partial<WrappingKeyName>): boolean {
  return (object === undefined || object === key.object) && (id === undefined || id === key.id);
}

function noSuchKey(): KmsError {
  return new KmsError("NO_SUCH_KEY", "The token holds the wrapping key of none of the vault's token slots.", {
    hint: "Check that it is the token that was added with `vault slot add`.",
  });
}

function anotherKey({ object, id }: WrappingKeyName): KmsError {
  return new KmsError(
    "NO_SUCH_KEY",
    `The vault names another wrapping key than the PKCS#11 URI: ${JSON.stringify(object)} with the identifier ${id}.`,
    {
      hint: "Correct object= and id= in the URI. If they are right, this is not your vault: somebody put another file there.",
    },
  );
}

function splitSecret(secret: Uint8Array): SlotKeys {
  // Copies: the slice of a Buffer is none, and would be wiped with it.
  const encryptionKey = Uint8Array.from(secret.subarray(0, 32));
  const commitmentKey = Uint8Array.from(secret.subarray(32));
  secret.fill(0);
  return { encryptionKey, commitmentKey };
}

function parseParameters(slotId: number, text: string): v.InferOutput<typeof parametersSchema> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), parametersSchema), text);
  if (parsed.success) return parsed.output;
  throw vaultCorrupt(`key slot ${slotId}: its token parameters have an unknown shape`);
}

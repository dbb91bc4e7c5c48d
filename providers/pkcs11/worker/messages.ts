/**
 * What the program and the process that holds a vendor's module say to each other. Both sides parse what they hear: the
 * module is foreign code.
 */
import * as v from "valibot";
import type { TokenErrorCode } from "../../error.ts";

const hex = v.pipe(v.string(), v.regex(/^([0-9a-f]{2})*$/), v.maxLength(2 * 1024 * 1024));
const label = v.pipe(v.string(), v.maxLength(1024));

/** Selects a token; what is left out matches every token. */
const tokenSelector = v.strictObject({
  token: v.optional(label),
  manufacturer: v.optional(label),
  model: v.optional(label),
  serial: v.optional(label),
  slotId: v.optional(v.number()),
});
export type TokenSelector = v.InferOutput<typeof tokenSelector>;

/** Selects a key in a token, by its label (CKA_LABEL), its identifier (CKA_ID), or both. */
const keySelector = v.strictObject({ object: v.optional(label), id: v.optional(hex) });
export type KeySelector = v.InferOutput<typeof keySelector>;

const curve = v.picklist(["secp256k1", "ed25519"]);
export type TokenCurve = v.InferOutput<typeof curve>;

/** AES-GCM (SP 800-38D) where the token has it, else AES key wrap (RFC 3394). */
const wrapAlgorithm = v.picklist(["aes-256-gcm", "aes-256-key-wrap"]);
export type WrapAlgorithm = v.InferOutput<typeof wrapAlgorithm>;

const nothing = v.strictObject({});
const keyName = v.strictObject({ object: label, id: hex });
/** Attributes that would show that the token made the key and never gave it out, and are not set. */
const missingOrigin = v.array(label);
export type KeyName = v.InferOutput<typeof keyName>;

/** Every operation: what is asked, and what is answered. */
export const operations = {
  /** Finds the token and opens a session. */
  openToken: {
    request: v.strictObject({ token: tokenSelector }),
    result: nothing,
  },
  login: {
    request: v.strictObject({ pin: v.string() }),
    result: nothing,
  },
  makeWrappingKey: {
    request: v.strictObject({ name: keyName }),
    result: nothing,
  },
  findWrappingKey: {
    request: v.strictObject({ key: keySelector }),
    result: v.strictObject({ name: v.optional(keyName) }),
  },
  wrap: {
    request: v.strictObject({ key: keySelector, data: hex, additionalData: hex }),
    result: v.strictObject({ algorithm: wrapAlgorithm, wrapped: hex }),
  },
  unwrap: {
    request: v.strictObject({
      key: keySelector,
      algorithm: wrapAlgorithm,
      wrapped: hex,
      additionalData: hex,
    }),
    /** Without data when the wrapped bytes do not belong to the key. */
    result: v.strictObject({ data: v.optional(hex) }),
  },
  makeKeyPair: {
    request: v.strictObject({ curve, name: keyName }),
    result: v.strictObject({ publicKey: hex, missingOrigin }),
  },
  readKeyPair: {
    request: v.strictObject({ key: keySelector }),
    result: v.strictObject({
      curve,
      publicKey: hex,
      name: keyName,
      missingOrigin,
    }),
  },
  sign: {
    request: v.strictObject({ key: keySelector, curve, data: hex }),
    result: v.strictObject({ signature: hex }),
  },
} as const;

export type OperationName = keyof typeof operations;
export type RequestOf<Name extends OperationName> = v.InferOutput<(typeof operations)[Name]["request"]>;
export type ResultOf<Name extends OperationName> = v.InferOutput<(typeof operations)[Name]["result"]>;

const operationNames = Object.keys(operations) as [OperationName, ...OperationName[]];

/** The first question: which module to load. */
export const openSchema = v.strictObject({
  open: v.strictObject({ modulePath: v.string(), parameters: v.optional(v.string()) }),
});

/** Every further one. */
export const requestSchema = v.strictObject({ operation: v.picklist(operationNames), request: v.unknown() });

const errorCodes = [
  "NOT_CONFIGURED",
  "NOT_AVAILABLE",
  "MODULE_FAILED",
  "TIMEOUT",
  "NO_TOKEN",
  "SEVERAL_TOKENS",
  "WRONG_PIN",
  "NO_KEY",
  "SEVERAL_KEYS",
  "KEY_EXISTS",
  "UNSAFE_KEY",
  "NOT_SUPPORTED",
] as const satisfies readonly TokenErrorCode[];

/** The code of a failure; `LOST`: session, login or token are gone, and a new process may find them again. */
export const failureCode = v.picklist([...errorCodes, "LOST"]);
export type FailureCode = v.InferOutput<typeof failureCode>;

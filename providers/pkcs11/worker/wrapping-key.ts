/**
 * Wrapping by a non-extractable AES-256 key of the token: AES-GCM, or AES key wrap (https://www.rfc-editor.org/rfc/rfc3394)
 * where the token lacks it.
 */
import { randomBytes } from "node:crypto";
import {
  AesGcm240Params,
  type Key,
  KeyGenMechanism,
  KeyType,
  MechanismEnum,
  ObjectClass,
  type SecretKey,
  type Session,
  type SessionObject,
} from "graphene-pk11";
import { TokenError } from "../../error.ts";
import { assertMadeInToken, findKey, findKeys, nameOf, requireKey } from "./find-key.ts";
import type { KeyName, KeySelector, RequestOf, ResultOf, WrapAlgorithm } from "./messages.ts";
import { firstLine } from "./vendor-module.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @throws TokenError `KEY_EXISTS` */
export function makeWrappingKey(session: Session, { object, id }: KeyName): void {
  if (findKeys(session, "secret key", { object }).length > 0) {
    throw new TokenError("KEY_EXISTS", `The token holds a secret key with the label "${object}" already.`);
  }
  session.generateKey(KeyGenMechanism.AES, {
    class: ObjectClass.SECRET_KEY,
    keyType: KeyType.AES,
    label: object,
    id: Buffer.from(id, "hex"),
    valueLen: KEY_BYTES,
    token: true,
    private: true,
    sensitive: true,
    extractable: false,
    encrypt: true,
    decrypt: true,
    wrap: true,
    unwrap: true,
  });
}

/** The name of the wrapping key that a selector means, checked for its use. */
export function findWrappingKey(session: Session, selector: KeySelector): ResultOf<"findWrappingKey"> {
  const key = findKey(session, "secret key", selector);
  if (key === undefined) return {};
  assertWraps(session, key, selector);
  return { name: nameOf(key) };
}

/**
 * What a wrapping key has to be whenever it is used: what names it, a vault file or a URI, may come from somebody else.
 * @throws TokenError `UNSAFE_KEY`, `NOT_SUPPORTED`
 */
function assertWraps(session: Session, key: SessionObject, selector: KeySelector): void {
  assertMadeInToken(session, key, "secret key", selector);
  const { keyType, valueLen } = key.getAttribute({ keyType: null, valueLen: null });
  if (keyType === KeyType.AES && valueLen === KEY_BYTES) return;
  throw new TokenError("NOT_SUPPORTED", `The secret key "${nameOf(key).object}" is not one of AES-256.`);
}

/** @throws TokenError `NO_KEY`, `SEVERAL_KEYS`, `UNSAFE_KEY`, `NOT_SUPPORTED` */
function requireWrappingKey(session: Session, selector: KeySelector): SecretKey {
  const key = requireKey(session, "secret key", selector);
  assertWraps(session, key, selector);
  return key.toType<SecretKey>();
}

/** What of both ways the token has for this. */
function algorithmsOf(session: Session): WrapAlgorithm[] {
  // The list alone: not every module gives further facts of every mechanism that it lists.
  const mechanisms = session.lib.C_GetMechanismList(session.slot.handle);
  return [
    ...(mechanisms.includes(MechanismEnum.AES_GCM) ? (["aes-256-gcm"] as const) : []),
    ...(mechanisms.includes(MechanismEnum.AES_KEY_WRAP) ? (["aes-256-key-wrap"] as const) : []),
  ];
}

interface Way {
  wrap(plain: Buffer): Buffer;
  /** @returns `undefined` when the bytes are too short to be of this way */
  unwrap(wrapped: Buffer): Buffer | undefined;
}

function waysOf(
  session: Session,
  key: SecretKey,
  additionalData: Buffer,
): Readonly<Record<WrapAlgorithm, Way>> {
  return {
    "aes-256-gcm": {
      wrap: (plain) => encryptGcm(session, key, plain, additionalData),
      unwrap: (wrapped) => decryptGcm(session, key, wrapped, additionalData),
    },
    "aes-256-key-wrap": {
      wrap: (plain) => keyWrap(session, key, plain),
      unwrap: (wrapped) => keyUnwrap(session, key, wrapped),
    },
  };
}

/** @throws TokenError `NO_KEY`, `UNSAFE_KEY`, `NOT_SUPPORTED` also when the token has neither way */
export function wrap(session: Session, { key, data, additionalData }: RequestOf<"wrap">): ResultOf<"wrap"> {
  const wrappingKey = requireWrappingKey(session, key);
  const [algorithm] = algorithmsOf(session);
  if (algorithm === undefined) {
    throw new TokenError(
      "NOT_SUPPORTED",
      "The token has neither AES-GCM (CKM_AES_GCM) nor AES key wrap (CKM_AES_KEY_WRAP).",
    );
  }
  const plain = Buffer.from(data, "hex");
  const wrapped = waysOf(session, wrappingKey, Buffer.from(additionalData, "hex"))[algorithm].wrap(plain);
  plain.fill(0);
  return { algorithm, wrapped: wrapped.toString("hex") };
}

/** The counterpart of {@link wrap}; bytes of another key give no data. */
export function unwrap(session: Session, request: RequestOf<"unwrap">): ResultOf<"unwrap"> {
  const { key, algorithm, additionalData } = request;
  const wrappingKey = requireWrappingKey(session, key);
  const wrapped = Buffer.from(request.wrapped, "hex");
  const way = waysOf(session, wrappingKey, Buffer.from(additionalData, "hex"))[algorithm];
  const data = unlessForeign(() => way.unwrap(wrapped), way);
  if (data === undefined) return {};
  const hex = data.toString("hex");
  data.fill(0);
  return { data: hex };
}

function gcm(nonce: Buffer, additionalData: Buffer) {
  return { name: MechanismEnum.AES_GCM, params: new AesGcm240Params(nonce, additionalData, TAG_BYTES * 8) };
}

function encryptGcm(session: Session, key: SecretKey, plain: Buffer, additionalData: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = session.createCipher(gcm(nonce, additionalData), key);
  return Buffer.concat([nonce, cipher.once(plain, Buffer.alloc(plain.length + TAG_BYTES))]);
}

function decryptGcm(
  session: Session,
  key: SecretKey,
  wrapped: Buffer,
  additionalData: Buffer,
): Buffer | undefined {
  if (wrapped.length <= NONCE_BYTES + TAG_BYTES) return undefined;
  const nonce = wrapped.subarray(0, NONCE_BYTES);
  const cipherText = wrapped.subarray(NONCE_BYTES);
  const decipher = session.createDecipher(gcm(nonce, additionalData), key);
  return decipher.once(cipherText, Buffer.alloc(cipherText.length));
}

/** Key wrap takes keys, so the bytes become a passing key of the session (RFC 3394; PKCS#11, C_WrapKey). */
function keyWrap(session: Session, key: SecretKey, plain: Buffer): Buffer {
  const passing = session
    .create({ ...passingKey, class: ObjectClass.SECRET_KEY, keyType: KeyType.GENERIC_SECRET, value: plain })
    .toType<Key>();
  try {
    return session.wrapKey(MechanismEnum.AES_KEY_WRAP, key, passing);
  } finally {
    session.destroy(passing);
  }
}

function keyUnwrap(session: Session, key: SecretKey, wrapped: Buffer): Buffer {
  const passing = session.unwrapKey(MechanismEnum.AES_KEY_WRAP, key, wrapped, {
    ...passingKey,
    class: ObjectClass.SECRET_KEY,
    keyType: KeyType.GENERIC_SECRET,
  });
  try {
    return Buffer.from(passing.getAttribute({ value: null }).value ?? Buffer.alloc(0));
  } finally {
    session.destroy(passing);
  }
}

const passingKey = { token: false, sensitive: false, extractable: true };

/** Errors with which tokens say that the bytes were wrapped by another key or were changed. */
const MEANS_FOREIGN =
  /^CKR_(ENCRYPTED_DATA_INVALID|ENCRYPTED_DATA_LEN_RANGE|WRAPPED_KEY_INVALID|WRAPPED_KEY_LEN_RANGE|AEAD_DECRYPT_FAILED)$/;
/** Errors that mean this with some tokens, and a fault of the token with others. */
const MAY_MEAN_FOREIGN = /^CKR_(DATA_INVALID|GENERAL_ERROR|FUNCTION_FAILED)$/;

function unlessForeign<Result>(work: () => Result, way: Way): Result | undefined {
  try {
    return work();
  } catch (error) {
    const text = firstLine(error);
    if (MEANS_FOREIGN.test(text) || (MAY_MEAN_FOREIGN.test(text) && unwrapsItsOwn(way))) return undefined;
    throw error;
  }
}

/** Whether the token works otherwise: then it is the bytes that are wrong. */
function unwrapsItsOwn({ wrap, unwrap }: Way): boolean {
  const sample = randomBytes(KEY_BYTES);
  return unwrap(wrap(sample))?.equals(sample) === true;
}

/**
 * Keys of a token by their names, and what the token says of how they came there. A name proves nothing: whoever reaches the
 * token may put an object of any name into it, most tokens ask no PIN for objects that are not private.
 */
import { KeyGenMechanism, KeyType, ObjectClass, type Session, type SessionObject } from "graphene-pk11";
import { TokenError } from "../../error.ts";
import type { KeyName, KeySelector } from "./messages.ts";

/** Kinds of objects by their class (CKA_CLASS), as errors call them. */
const objectClasses = {
  "secret key": ObjectClass.SECRET_KEY,
  "private key": ObjectClass.PRIVATE_KEY,
  "public key": ObjectClass.PUBLIC_KEY,
} as const;
export type KeyKind = keyof typeof objectClasses;

/** All keys of a kind that a selector means. */
export function findKeys(session: Session, kind: KeyKind, { object, id }: KeySelector): SessionObject[] {
  const found = session.find({
    class: objectClasses[kind],
    ...(object !== undefined && { label: object }),
    ...(id !== undefined && { id: Buffer.from(id, "hex") }),
  });
  return Array.from({ length: found.length }, (_, index) => found.items(index));
}

/**
 * The one key that a selector means; `undefined` when there is none. Keys that anybody could have put there do not count
 * beside one that needs the PIN.
 * @throws TokenError `SEVERAL_KEYS`
 */
export function findKey(session: Session, kind: KeyKind, selector: KeySelector): SessionObject | undefined {
  const named = findKeys(session, kind, selector);
  const behindPin = kind === "public key" ? [] : named.filter((key) => flagOf(key, "private") === true);
  const [first, second] = behindPin.length > 0 ? behindPin : named;
  if (second === undefined) return first;
  throw new TokenError(
    "SEVERAL_KEYS",
    `The token holds more than one ${kind} ${describeKey(selector)}.`,
    "Name the key by its identifier in the URI, as id=%01%02...",
  );
}

/** @throws TokenError `NO_KEY`, `SEVERAL_KEYS` */
export function requireKey(session: Session, kind: KeyKind, selector: KeySelector): SessionObject {
  const key = findKey(session, kind, selector);
  if (key !== undefined) return key;
  throw new TokenError("NO_KEY", `The token holds no ${kind} ${describeKey(selector)}.`);
}

export function nameOf(key: SessionObject): KeyName {
  const { label, id } = key.getAttribute({ label: null, id: null });
  return { object: label ?? "", id: (id ?? Buffer.alloc(0)).toString("hex") };
}

type KeyFlag =
  | "private"
  | "sensitive"
  | "extractable"
  | "local"
  | "alwaysSensitive"
  | "neverExtractable"
  | "alwaysAuth";

/**
 * A yes-or-no attribute of a key; tokens do not answer for attributes that they do not know.
 * @returns `undefined` when the token does not say
 */
export function flagOf(key: SessionObject, attribute: KeyFlag): boolean | undefined {
  try {
    const value: unknown = key.getAttribute(attribute);
    return typeof value === "boolean" ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Only a key that cannot leave the token, and that the PIN protects, is worth a token.
 * @throws TokenError `UNSAFE_KEY`
 */
export function assertStaysInToken(key: SessionObject, kind: KeyKind, selector: KeySelector): void {
  if (flagOf(key, "extractable") !== false || flagOf(key, "sensitive") !== true) {
    throw new TokenError(
      "UNSAFE_KEY",
      `The ${kind} ${describeKey(selector)} could be read out of the token.`,
      "Make it with CKA_SENSITIVE and without CKA_EXTRACTABLE, or let this program make it.",
    );
  }
  if (flagOf(key, "private") !== true) {
    throw new TokenError(
      "UNSAFE_KEY",
      `The ${kind} ${describeKey(selector)} needs no PIN (CKA_PRIVATE is not set): anybody who reaches the token could have put it there.`,
      "Make it with CKA_PRIVATE, or let this program make it. Find out who put it there.",
    );
  }
}

/**
 * Attributes that tokens set by themselves when they make a key: CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE.
 * Without them copies may exist outside, in the hands of whoever put the key there.
 */
const originFlags = [
  ["local", "CKA_LOCAL"],
  ["alwaysSensitive", "CKA_ALWAYS_SENSITIVE"],
  ["neverExtractable", "CKA_NEVER_EXTRACTABLE"],
] as const;

/** Those of {@link originFlags} that the token does not confirm, by their names. */
export function missingOriginOf(session: Session, key: SessionObject): string[] {
  const missing = originFlags.filter(([flag]) => flagOf(key, flag) !== true);
  const onlyLocal = missing.length === 1 && missing[0]?.[0] === "local";
  return onlyLocal && !tellsLocal(session) ? [] : missing.map(([, name]) => name);
}

/**
 * Whether the token sets CKA_LOCAL at all: the one of NSS does not, and sets the two others right. Asked of a key that it makes
 * for this question, since what it says of keys that are there already may be true.
 */
function tellsLocal(session: Session): boolean {
  try {
    const sample = session.generateKey(KeyGenMechanism.AES, {
      class: ObjectClass.SECRET_KEY,
      keyType: KeyType.AES,
      valueLen: 32,
      token: false,
      sensitive: true,
      extractable: false,
    });
    try {
      return flagOf(sample, "local") !== false;
    } finally {
      session.destroy(sample);
    }
  } catch {
    return true;
  }
}

/**
 * Nobody else can have a key that the token made and never gave out.
 * @throws TokenError `UNSAFE_KEY`
 */
export function assertMadeInToken(
  session: Session,
  key: SessionObject,
  kind: KeyKind,
  selector: KeySelector,
): void {
  assertStaysInToken(key, kind, selector);
  const missing = missingOriginOf(session, key);
  if (missing.length === 0) return;
  throw new TokenError(
    "UNSAFE_KEY",
    `The ${kind} ${describeKey(selector)} was not made inside the token, so others may have it (not set: ${missing.join(", ")}).`,
    "Let the token make one: `vault slot add` does, when object= and id= of the URI name no other. Find out who put this one there.",
  );
}

function describeKey({ object, id }: KeySelector): string {
  const named = [
    ...(object === undefined ? [] : [`with the label "${object}"`]),
    ...(id === undefined ? [] : [`with the identifier ${id}`]),
  ];
  return named.length === 0 ? "(the URI names none)" : named.join(" and ");
}

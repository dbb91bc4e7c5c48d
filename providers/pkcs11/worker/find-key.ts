import { ObjectClass, type Session, type SessionObject } from "graphene-pk11";
import { TokenError } from "../../token-error.ts";
import type { KeyName, KeySelector } from "./messages.ts";

/** Kinds of objects by their class (CKA_CLASS), as errors call them. */
const kinds = {
  "secret key": ObjectClass.SECRET_KEY,
  "private key": ObjectClass.PRIVATE_KEY,
  "public key": ObjectClass.PUBLIC_KEY,
} as const;
export type KeyKind = keyof typeof kinds;

/** All keys of a kind that a selector means. */
export function findKeys(session: Session, kind: KeyKind, { object, id }: KeySelector): SessionObject[] {
  const found = session.find({
    class: kinds[kind],
    ...(object === undefined ? {} : { label: object }),
    ...(id === undefined ? {} : { id: Buffer.from(id, "hex") }),
  });
  return Array.from({ length: found.length }, (_, index) => found.items(index));
}

/**
 * The one key that a selector means; `undefined` when there is none.
 * @throws TokenError `SEVERAL_KEYS`
 */
export function findKey(session: Session, kind: KeyKind, selector: KeySelector): SessionObject | undefined {
  const [first, second] = findKeys(session, kind, selector);
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

/**
 * A yes-or-no attribute of a key; tokens do not answer for attributes that they do not know.
 * @returns `undefined` when the token does not say
 */
export function flagOf(
  key: SessionObject,
  attribute: "sensitive" | "extractable" | "alwaysAuth",
): boolean | undefined {
  try {
    const value: unknown = key.getAttribute(attribute);
    return typeof value === "boolean" ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Only a key that cannot leave the token is worth a token.
 * @throws TokenError `NOT_SUPPORTED`
 */
export function assertStaysInToken(key: SessionObject, kind: KeyKind, selector: KeySelector): void {
  if (flagOf(key, "extractable") === false && flagOf(key, "sensitive") === true) return;
  throw new TokenError(
    "NOT_SUPPORTED",
    `The ${kind} ${describeKey(selector)} could be read out of the token.`,
    "Make it with CKA_SENSITIVE and without CKA_EXTRACTABLE, or let this program make it.",
  );
}

function describeKey({ object, id }: KeySelector): string {
  const named = [
    ...(object === undefined ? [] : [`with the label "${object}"`]),
    ...(id === undefined ? [] : [`with the identifier ${id}`]),
  ];
  return named.length === 0 ? "(the URI names none)" : named.join(" and ");
}

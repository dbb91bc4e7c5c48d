/** PKCS#11 URIs (https://www.rfc-editor.org/rfc/rfc7512): names of tokens and of keys in them. */
import { TokenError } from "../error.ts";

/** What a URI says; what it does not say matches everything. */
export interface Pkcs11Uri {
  /** The token's label. */
  readonly token?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
  /** The number of the slot. */
  readonly slotId?: number;
  /** The key's label (CKA_LABEL). */
  readonly object?: string;
  /** The key's identifier (CKA_ID), in hexadecimal. */
  readonly id?: string;
  readonly type?: string;
  /** The absolute path of the vendor's module. */
  readonly modulePath?: string;
  /** Where the PIN is: `file:/path`, or a plain path. */
  readonly pinSource?: string;
}

const textAttributes = {
  token: "token",
  manufacturer: "manufacturer",
  model: "model",
  serial: "serial",
  object: "object",
  type: "type",
} as const;

/** Attributes of RFC 7512 that say nothing this program selects by. */
const ignoredAttributes = [
  "slot-description",
  "slot-manufacturer",
  "library-description",
  "library-manufacturer",
  "library-version",
];

const objectTypes = ["private", "public", "secret-key"];
const LONGEST = 4096;
const EXAMPLE = "Write it as pkcs11:token=<label>;object=<name of the key>?module-path=<file>.";

/**
 * Reads a URI.
 * @throws TokenError `NOT_CONFIGURED` saying what is wrong with it, also when it holds a PIN
 */
export function parsePkcs11Uri(text: string): Pkcs11Uri {
  if (!/^pkcs11:/i.test(text)) throw invalid("it does not begin with pkcs11:");
  if (text.length > LONGEST) throw invalid(`it is longer than ${LONGEST} characters`);
  const [path = "", query, ...more] = text.slice("pkcs11:".length).split("?");
  if (more.length > 0) throw invalid("it has two question marks");
  return { ...readPath(attributes(path, ";")), ...readQuery(attributes(query ?? "", "&")) };
}

function attributes(text: string, separator: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of text.split(separator).filter((written) => written !== "")) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(equals, 0));
    if (name === "") throw invalid("a part of it is not name=value");
    if (found.has(name)) throw invalid(`it says ${name} twice`);
    found.set(name, part.slice(equals + 1));
  }
  return found;
}

function readPath(found: ReadonlyMap<string, string>): Pkcs11Uri {
  const uri: Record<string, string | number> = {};
  for (const [name, written] of found) {
    if (Object.hasOwn(textAttributes, name)) uri[name] = decodeText(name, written);
    else if (name === "id") uri["id"] = decodeBytes(name, written);
    else if (name === "slot-id") uri["slotId"] = readSlotId(written);
    // An attribute that is not understood could have told two tokens apart.
    else if (!ignoredAttributes.includes(name))
      throw invalid("it holds an attribute that RFC 7512 does not know");
  }
  const { type } = uri;
  if (type !== undefined && !objectTypes.includes(String(type)))
    throw invalid("its type is not one of a key");
  return uri;
}

function readQuery(found: ReadonlyMap<string, string>): Pkcs11Uri {
  if (found.has("pin-value")) {
    throw new TokenError(
      "NOT_CONFIGURED",
      "The PKCS#11 URI holds a PIN, which others could see.",
      "Take pin-value out of it; give the PIN as TATUM_KMS_PKCS11_PIN, or with pin-source=file:/path.",
    );
  }
  const modulePath = found.get("module-path");
  const pinSource = found.get("pin-source");
  return {
    ...(modulePath !== undefined && { modulePath: decodeText("module-path", modulePath) }),
    ...(pinSource !== undefined && { pinSource: decodeText("pin-source", pinSource) }),
  };
}

function readSlotId(written: string): number {
  if (!/^\d{1,15}$/.test(written)) throw invalid("its slot-id is not a number");
  return Number(written);
}

function decodeBytes(name: string, written: string): string {
  if (/%(?![0-9a-f]{2})/i.test(written)) throw invalid(`its ${name} is not percent-encoded`);
  const binary = written.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(binary, "latin1").toString("hex");
}

function decodeText(name: string, written: string): string {
  let text: string;
  try {
    text = decodeURIComponent(written);
  } catch {
    throw invalid(`its ${name} is not percent-encoded UTF-8`);
  }
  if (text === "" || text.includes("\0")) throw invalid(`its ${name} is empty or holds a zero byte`);
  return text;
}

/** Writes a URI as {@link parsePkcs11Uri} reads it. */
export function formatPkcs11Uri(uri: Pkcs11Uri): string {
  const { token, manufacturer, model, serial, slotId, object, id, type, modulePath, pinSource } = uri;
  const write = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`];
  const path = [
    ...write("token", token),
    ...write("manufacturer", manufacturer),
    ...write("model", model),
    ...write("serial", serial),
    ...write("slot-id", slotId),
    ...write("object", object),
    ...(id === undefined ? [] : [`id=${id.replace(/../g, "%$&")}`]),
    ...write("type", type),
  ].join(";");
  const query = [...write("module-path", modulePath), ...write("pin-source", pinSource)].join("&");
  return `pkcs11:${path}${query === "" ? "" : `?${query}`}`;
}

function invalid(what: string): TokenError {
  return new TokenError("NOT_CONFIGURED", `The PKCS#11 URI cannot be read: ${what}.`, EXAMPLE);
}

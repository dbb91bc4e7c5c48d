/**
 * Key pairs whose private part never leaves the token: secp256k1 (https://www.secg.org/sec2-v2.pdf) and Ed25519
 * (https://www.rfc-editor.org/rfc/rfc8032).
 */
import { MechanismEnum, ObjectClass, type PrivateKey, type Session, type SessionObject } from "graphene-pk11";
import { TokenError } from "../../error.ts";
import {
  assertStaysInToken,
  findKey,
  findKeys,
  flagOf,
  missingOriginOf,
  nameOf,
  requireKey,
} from "./find-key.ts";
import type { RequestOf, ResultOf, TokenCurve } from "./messages.ts";

/** Numbers of PKCS#11 3.0 that the library has no names for. */
const CKM_EC_EDWARDS_KEY_PAIR_GEN = 0x1055;
const CKM_EDDSA = 0x1057;
const CKK_EC = 0x3;
const CKK_EC_EDWARDS = 0x40;

interface CurveFacts {
  readonly keyType: number;
  readonly generate: number;
  readonly sign: number;
  /** CKA_EC_PARAMS in the forms in which tokens write it, in hexadecimal; keys are made with the first. */
  readonly parameters: readonly [string, ...string[]];
  /** In bytes: the point as CKA_EC_POINT holds it. */
  readonly pointLength: number;
  /** What the key signs, in bytes, where that is fixed. */
  readonly inputLength?: number;
}

const curves: Readonly<Record<TokenCurve, CurveFacts>> = {
  secp256k1: {
    keyType: CKK_EC,
    generate: MechanismEnum.EC_KEY_PAIR_GEN,
    sign: MechanismEnum.ECDSA,
    parameters: ["06052b8104000a"],
    pointLength: 65,
    inputLength: 32,
  },
  ed25519: {
    keyType: CKK_EC_EDWARDS,
    generate: CKM_EC_EDWARDS_KEY_PAIR_GEN,
    sign: CKM_EDDSA,
    // The curve's name as a PrintableString (PKCS#11 3.0, 2.3.5), or its object identifier (RFC 8410).
    parameters: ["130c656477617264733235353139", "06032b6570"],
    pointLength: 32,
  },
};

/** @throws TokenError `KEY_EXISTS`, `NOT_SUPPORTED` when the token does not have the curve */
export function makeKeyPair(
  session: Session,
  { curve, name }: RequestOf<"makeKeyPair">,
): ResultOf<"makeKeyPair"> {
  const { keyType, generate, parameters } = curves[curve];
  const { object } = name;
  if (findKeys(session, "private key", { object }).length > 0) {
    throw new TokenError(
      "KEY_EXISTS",
      `The token holds a private key with the label "${object}" already.`,
      "Give another object=... in the URI, or take that key with storemanagedkey.",
    );
  }
  const both = { keyType, label: object, id: Buffer.from(name.id, "hex"), token: true };
  const publicTemplate = {
    ...both,
    class: ObjectClass.PUBLIC_KEY,
    private: false,
    verify: true,
    paramsEC: Buffer.from(parameters[0], "hex"),
  };
  const privateTemplate = {
    ...both,
    class: ObjectClass.PRIVATE_KEY,
    private: true,
    sensitive: true,
    extractable: false,
    sign: true,
  };
  orNotSupported(curve, () => session.generateKeyPair(generate, publicTemplate, privateTemplate));
  const { publicKey, missingOrigin } = readKeyPair(session, { key: name });
  return { publicKey, missingOrigin };
}

const MEANS_NOT_SUPPORTED =
  /CKR_(MECHANISM_INVALID|MECHANISM_PARAM_INVALID|CURVE_NOT_SUPPORTED|DOMAIN_PARAMS_INVALID|ATTRIBUTE_VALUE_INVALID|FUNCTION_NOT_SUPPORTED|TEMPLATE_INCONSISTENT)/;

/** @throws TokenError `NOT_SUPPORTED` when the token knows no keys of the curve */
function orNotSupported(curve: string, generate: () => unknown): void {
  try {
    generate();
  } catch (error) {
    if (error instanceof Error && MEANS_NOT_SUPPORTED.test(error.message)) {
      throw new TokenError(
        "NOT_SUPPORTED",
        `The token cannot make ${curve} keys (${error.message.split("\n")[0]}).`,
      );
    }
    throw error;
  }
}

/**
 * The curve and the public key of a key pair in the token.
 * @throws TokenError `NO_KEY`, `SEVERAL_KEYS`, `UNSAFE_KEY`, `NOT_SUPPORTED`
 */
export function readKeyPair(
  session: Session,
  { key: selector }: RequestOf<"readKeyPair">,
): ResultOf<"readKeyPair"> {
  const privateKey = requireKey(session, "private key", selector);
  assertStaysInToken(privateKey, "private key", selector);
  if (flagOf(privateKey, "alwaysAuth") === true) {
    throw new TokenError(
      "NOT_SUPPORTED",
      "The key wants its PIN at every signature (CKA_ALWAYS_AUTHENTICATE); a daemon cannot give it.",
    );
  }
  const name = nameOf(privateKey);
  const publicKey = publicPartOf(session, name);
  // The library reads CKA_EC_PARAMS under its older name.
  const { keyType, paramsECDSA, pointEC } = publicKey.getAttribute({
    keyType: null,
    paramsECDSA: null,
    pointEC: null,
  });
  const parameters = Buffer.from(paramsECDSA ?? []).toString("hex");
  const curve = (["secp256k1", "ed25519"] as const).find(
    (known) => curves[known].keyType === keyType && curves[known].parameters.includes(parameters),
  );
  if (curve === undefined) {
    throw new TokenError(
      "NOT_SUPPORTED",
      `The key "${name.object}" is neither one of secp256k1 nor of Ed25519.`,
    );
  }
  return {
    curve,
    publicKey: readPoint(Buffer.from(pointEC ?? []), curves[curve].pointLength).toString("hex"),
    name,
    missingOrigin: missingOriginOf(session, privateKey),
  };
}

/** The public key object that belongs to a private one: it has the same identifier. */
function publicPartOf(
  session: Session,
  { object, id }: { readonly object: string; readonly id: string },
): SessionObject {
  const found =
    id === "" ? findKey(session, "public key", { object }) : findKey(session, "public key", { id });
  if (found !== undefined) return found;
  throw new TokenError(
    "NO_KEY",
    `The token holds no public key beside the private key "${object}".`,
    "Put the public key into the token with the same identifier (CKA_ID).",
  );
}

/** The point in CKA_EC_POINT: in a DER OCTET STRING as the standard has it, or bare as some tokens do. */
function readPoint(written: Buffer, length: number): Buffer {
  const isWrapped = written.length === length + 2 && written[0] === 0x04 && written[1] === length;
  const point = isWrapped ? written.subarray(2) : written;
  if (point.length === length) return point;
  throw new TokenError("NOT_SUPPORTED", "The token writes its public key in an unknown form (CKA_EC_POINT).");
}

/** @throws TokenError `NO_KEY`, `NOT_SUPPORTED` */
export function sign(session: Session, { key, curve, data }: RequestOf<"sign">): ResultOf<"sign"> {
  const { sign: mechanism, inputLength } = curves[curve];
  const input = Buffer.from(data, "hex");
  if (inputLength !== undefined && input.length !== inputLength) {
    throw new TokenError("NOT_SUPPORTED", `A ${curve} key signs ${inputLength} bytes, not ${input.length}.`);
  }
  const privateKey = requireKey(session, "private key", key).toType<PrivateKey>();
  const signature = session.createSign(mechanism, privateKey).once(input);
  if (signature.length !== 64) {
    throw new TokenError(
      "MODULE_FAILED",
      `The token gave a signature of ${signature.length} bytes instead of 64.`,
    );
  }
  return { signature: signature.toString("hex") };
}

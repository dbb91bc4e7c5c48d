import { randomBytes } from "node:crypto";
import { TokenError } from "../token-error.ts";
import type { Token } from "./token.ts";
import type { Pkcs11Uri } from "./uri.ts";
import type { KeyName, WrapAlgorithm } from "./worker/messages.ts";

/** The label of the wrapping key where a URI names none. */
const DEFAULT_LABEL = "tatum-kms";

interface Wrapped {
  readonly algorithm: WrapAlgorithm;
  readonly wrapped: Uint8Array;
}

/** A token as the owner of AES-256 keys that wrap the keys of a vault. */
export class WrappingToken {
  readonly #token: Token;

  constructor(token: Token) {
    this.#token = token;
  }

  /**
   * The wrapping key that a URI names, made in the token when it is not there.
   * @throws TokenError `NO_KEY` when the URI names it by its identifier alone, `SEVERAL_KEYS`, `NOT_SUPPORTED`
   */
  async keyNamed({ object, id }: Pkcs11Uri): Promise<KeyName> {
    const label = object ?? (id === undefined ? DEFAULT_LABEL : undefined);
    const key = { ...(label === undefined ? {} : { object: label }), ...(id === undefined ? {} : { id }) };
    const { name } = await this.#token.run("findWrappingKey", { key });
    if (name !== undefined) return name;
    if (label === undefined)
      throw new TokenError("NO_KEY", `The token holds no secret key with the identifier ${id}.`);
    const made = { object: label, id: id ?? randomBytes(16).toString("hex") };
    await this.#token.run("makeWrappingKey", { name: made });
    return made;
  }

  /** @throws TokenError */
  async wrap(key: KeyName, data: Uint8Array, additionalData: Uint8Array): Promise<Wrapped> {
    const { algorithm, wrapped } = await this.#token.run("wrap", {
      key,
      data: toHex(data),
      additionalData: toHex(additionalData),
    });
    return { algorithm, wrapped: Buffer.from(wrapped, "hex") };
  }

  /**
   * @returns `undefined` when the token has no such key, or the bytes were wrapped by another one
   * @throws TokenError
   */
  async unwrap(key: KeyName, wrapped: Wrapped, additionalData: Uint8Array): Promise<Uint8Array | undefined> {
    try {
      const { data } = await this.#token.run("unwrap", {
        key,
        algorithm: wrapped.algorithm,
        wrapped: toHex(wrapped.wrapped),
        additionalData: toHex(additionalData),
      });
      return data === undefined ? undefined : Buffer.from(data, "hex");
    } catch (error) {
      if (error instanceof TokenError && error.code === "NO_KEY") return undefined;
      throw error;
    }
  }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

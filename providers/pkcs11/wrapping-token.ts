/** A PKCS#11 token as the owner of AES-256 keys that wrap the keys of a vault. */
import { randomBytes } from "node:crypto";
import { TokenError } from "../error.ts";
import type { Token } from "./token.ts";
import type { Pkcs11Uri } from "./uri.ts";
import type { KeyName, WrapAlgorithm } from "./worker/messages.ts";

/** The label of a wrapping key where a URI names none. */
const DEFAULT_LABEL = "tatum-kms";

interface Wrapped {
  readonly algorithm: WrapAlgorithm;
  readonly wrapped: Uint8Array;
}

/** The wrapping key of a key slot that is to be made. */
export interface SlotKey {
  readonly name: KeyName;
  /** Whether it was made just now; otherwise somebody put it there before. */
  readonly isNew: boolean;
}

export class Pkcs11WrappingToken {
  readonly #token: Token;

  constructor(token: Token) {
    this.#token = token;
  }

  /**
   * The wrapping key for a new key slot: a new one, unless the URI names one that is there.
   * @throws TokenError `NO_KEY` when the URI names it by its identifier alone, `SEVERAL_KEYS`, `KEY_EXISTS`, `UNSAFE_KEY`,
   * `NOT_SUPPORTED`
   */
  async keyForSlot({ object, id }: Pkcs11Uri): Promise<SlotKey> {
    if (object === undefined && id === undefined) return { name: await this.#makeUnnamed(), isNew: true };
    const key = { ...(object !== undefined && { object }), ...(id !== undefined && { id }) };
    const { name } = await this.#token.run("findWrappingKey", { key });
    if (name !== undefined) return { name, isNew: false };
    if (object === undefined)
      throw new TokenError("NO_KEY", `The token holds no secret key with the identifier ${id}.`);
    return { name: await this.#make({ object, id: id ?? newId() }), isNew: true };
  }

  /** A key of another vault may have the usual label. */
  async #makeUnnamed(): Promise<KeyName> {
    const id = newId();
    try {
      return await this.#make({ object: DEFAULT_LABEL, id });
    } catch (error) {
      if (!(error instanceof TokenError) || error.code !== "KEY_EXISTS") throw error;
      return this.#make({ object: `${DEFAULT_LABEL} ${id.slice(0, 8)}`, id });
    }
  }

  async #make(name: KeyName): Promise<KeyName> {
    await this.#token.run("makeWrappingKey", { name });
    return name;
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

function newId(): string {
  return randomBytes(16).toString("hex");
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

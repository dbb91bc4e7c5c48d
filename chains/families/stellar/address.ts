/**
 * Strkeys (SEP-23): the base32 text of Stellar's account IDs, secret seeds, and numbered parts of accounts (muxed, CAP-27).
 * https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0023.md
 * https://github.com/stellar/stellar-protocol/blob/master/core/cap-0027.md
 */

import { base32nopad } from "@scure/base";
import type { MuxedAccount, PublicKey } from "@stellar/stellar-sdk/xdr";
import { ChainError } from "../../error.ts";

/** Version bytes of the kinds. The first letter follows from them: G, M, S. */
const VERSION_BYTES = { "account ID": 6 << 3, "muxed account": 12 << 3, "secret seed": 18 << 3 } as const;

export type StrkeyKind = keyof typeof VERSION_BYTES;

/** Writes a strkey: base32 of the version byte, the payload and a checksum. */
export function encodeStrkey(kind: StrkeyKind, payload: Uint8Array): string {
  const content = Uint8Array.of(VERSION_BYTES[kind], ...payload);
  const checksum = crc16(content);
  return base32nopad.encode(Uint8Array.of(...content, checksum & 0xff, checksum >> 8));
}

/**
 * Reads the 32 bytes of a strkey of a kind.
 *
 * @throws ChainError `INVALID_KEY`, without the text in its message: it may be a secret.
 */
export function decodeStrkey(kind: Exclude<StrkeyKind, "muxed account">, text: string): Uint8Array {
  const bytes = decodeBase32(text);
  if (bytes === undefined) throw refuse(kind, "it is not base32 text without padding");
  const content = bytes.subarray(0, -2);
  const [version = 0] = content;
  const checksum = crc16(content);
  if (bytes.at(-2) !== (checksum & 0xff) || bytes.at(-1) !== checksum >> 8)
    throw refuse(kind, "invalid checksum");
  const expected = VERSION_BYTES[kind];
  if (version !== expected) {
    throw refuse(kind, `invalid version byte. expected ${expected}, got ${version}`);
  }
  if (content.length !== 33) throw refuse(kind, `it has ${content.length - 1} bytes instead of 32`);
  return content.slice(1);
}

function decodeBase32(text: string): Uint8Array | undefined {
  try {
    const bytes = base32nopad.decode(text);
    return bytes.length < 3 ? undefined : bytes;
  } catch {
    return undefined; // The library's message may quote the secret.
  }
}

/** CRC-16/XMODEM: polynomial 0x1021, start 0. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}

function refuse(kind: StrkeyKind, problem: string): ChainError {
  return new ChainError("INVALID_KEY", `The text is not a Stellar ${kind}: ${problem}.`);
}

/** The 32-byte public key of the account behind an address that may name a part of it. */
export function accountOfMuxed(account: MuxedAccount): Uint8Array {
  return account.type === "keyTypeEd25519" ? account.ed25519.value : account.med25519.ed25519.value;
}

/** The address of an account: `G...`. */
export function accountAddress(account: PublicKey): string {
  return encodeStrkey("account ID", account.ed25519.value);
}

/** The address of an account (`G...`), or of a numbered part of it (`M...`). */
export function muxedAddress(account: MuxedAccount): string {
  if (account.type === "keyTypeEd25519") return encodeStrkey("account ID", account.ed25519.value);
  const payload = Buffer.alloc(40);
  payload.set(account.med25519.ed25519.value);
  payload.writeBigUInt64BE(account.med25519.id, 32);
  return encodeStrkey("muxed account", payload);
}

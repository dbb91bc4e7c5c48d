/**
 * Addresses of Stellar accounts, whole ones and numbered parts of them (muxed accounts, CAP-27).
 * https://github.com/stellar/stellar-protocol/blob/master/core/cap-0027.md
 * https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0023.md
 */

import type { MuxedAccount, PublicKey } from "@stellar/stellar-sdk/xdr";
import { encodeStrkey } from "./address.ts";

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

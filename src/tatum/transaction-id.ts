/** Transaction ids of all chains: their form, and when two are the same. */

/** Whether two texts are the same transaction id; chains and nodes differ in case and in the `0x` before it. */
export function sameTransactionId(a: string, b: string): boolean {
  const normal = (id: string): string => id.toLowerCase().replace(/^0x/, "");
  return normal(a) === normal(b);
}

/** A transaction id of any chain (hexadecimal, base32, base58, base64), fit to be a part of a URL. */
export const TRANSACTION_ID = /^\w[\w.:+/=-]{0,511}$/;

import type { Network, WalletFields } from "../../chains/chain.ts";
import type { WalletRecord } from "./wallet-record.ts";

/** The fields a chain knows, where the stored entry has them as text; old entries may hold anything. */
export function walletFields(record: WalletRecord): WalletFields {
  const fields: Record<string, string> = {};
  for (const name of ["mnemonic", "xpub", "address", "secret", "privateKey"] as const) {
    const value = record[name];
    if (typeof value === "string" && value !== "") fields[name] = value;
  }
  return fields;
}

/** The network of a stored entry; an entry without the flag counts as one of the main network. */
export function networkOf(record: WalletRecord): Network {
  return record["testnet"] === true ? "testnet" : "mainnet";
}

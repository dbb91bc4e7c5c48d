import { tickers } from "../../../chains/index.ts";
import type { ImportedWallet } from "./imported-wallets.ts";

/** Something odd about an imported wallet. Values are never told. */
export interface ImportWarning {
  readonly signatureId: string;
  /** The field it is about; absent when it is about the wallet as a whole. */
  readonly field?: string;
  readonly problem: string;
}

const keyFields = ["mnemonic", "secret", "privateKey"];
const textFields = [...keyFields, "xpub", "address", "chain"];

/** What the daemon or the commands will not understand in a wallet. */
export function warningsOf({ signatureId, record }: ImportedWallet): ImportWarning[] {
  const warnings: ImportWarning[] = [];
  const warn = (problem: string, field?: string) => {
    warnings.push({ signatureId, ...(field !== undefined && { field: field.slice(0, 64) }), problem });
  };
  for (const [field, value] of Object.entries(record)) {
    if (field === "testnet") {
      if (typeof value !== "boolean") warn(`is ${typeName(value)} instead of true or false`, field);
    } else if (!textFields.includes(field)) warn("is not a field this program knows", field);
    else if (typeof value !== "string") warn(`is ${typeName(value)} instead of text`, field);
  }
  const { chain } = record;
  if (chain === undefined) warn("is missing", "chain");
  else if (typeof chain === "string" && !tickers.includes(chain))
    warn("is not a chain this program knows", "chain");
  if (!("testnet" in record)) warn("is missing", "testnet");
  if (!keyFields.some((field) => typeof record[field] === "string" && record[field] !== "")) {
    warn("holds no mnemonic, secret or private key");
  }
  return warnings;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

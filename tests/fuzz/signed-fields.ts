/** What signed bytes say, member by member as text, and in which members two differ. */
import { testedChainOf } from "../chains/tested-chains.ts";

export type SignedFields = Readonly<Record<string, string>>;

function textOf(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) => {
      if (typeof member === "bigint") return `${member}n`;
      if (member instanceof Uint8Array) return Buffer.from(member).toString("hex");
      if (member instanceof Map) return [...member];
      if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
      return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? ""
  );
}

/** Every member as text. */
export function signedFields(ticker: string, payload: string): SignedFields {
  const fields = testedChainOf(ticker).signedFields(payload);
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)]));
}

/** The names of the members in which two differ. */
export function differingFields(a: SignedFields, b: SignedFields): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
}

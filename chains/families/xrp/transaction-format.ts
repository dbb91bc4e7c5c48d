import definitions from "ripple-binary-codec/dist/enums/definitions.json";

interface FieldFormat {
  readonly name: string;
  /** 0: required, 1: optional, 2: may be left out where it has its default value. */
  readonly optionality: number;
}

const formats: ReadonlyMap<string, readonly FieldFormat[]> = new Map(
  Object.entries(definitions.TRANSACTION_FORMATS),
);

/**
 * What is wrong with the fields of a transaction after the definitions of the ledger, if anything: a missing field
 * never reaches the ledger, an unknown one would be signed as something else or not at all.
 */
export function formatProblem(type: string, fields: readonly string[]): string | undefined {
  const own = formats.get(type);
  const common = formats.get("common");
  if (own === undefined || common === undefined || own === common)
    return `the TransactionType ${type} is not known`;
  const missing = own.find(({ name, optionality }) => optionality === 0 && !fields.includes(name));
  if (missing !== undefined) return `${type}: missing field ${missing.name}`;
  const known = new Set([...own, ...common].map(({ name }) => name));
  const unknown = fields.find((field) => !known.has(field));
  return unknown === undefined ? undefined : `${type} has no field ${unknown}`;
}

/**
 * The form of a message of TRON's protocol: what its fields are called in JSON and how they are encoded.
 * https://protobuf.dev/programming-guides/encoding/
 */

type ScalarType = "address" | "bytes" | "string" | "bool" | "int32" | "int64";

export interface EnumType {
  readonly kind: "enum";
  /** The names in the order of their numbers, which begin with 0. */
  readonly names: readonly string[];
}

export interface MessageType {
  readonly kind: "message";
  /** In the order of their numbers, which is the order of the encoding. */
  readonly fields: readonly Field[];
  /** Members that the JSON may have as well and that are not encoded. */
  readonly ignored: readonly string[];
}

interface RepeatedType {
  readonly kind: "repeated";
  readonly of: MessageType;
}

export type FieldType = ScalarType | EnumType | MessageType | RepeatedType;

export interface Field {
  readonly name: string;
  readonly number: number;
  readonly type: FieldType;
}

/** A message with these fields, in the order of their numbers. */
export function message(...fields: readonly (readonly [number, string, FieldType])[]): MessageType {
  return {
    kind: "message",
    fields: fields.map(([number, name, type]) => ({ number, name, type })),
    ignored: [],
  };
}

export function repeated(of: MessageType): RepeatedType {
  return { kind: "repeated", of };
}

export function enumeration(...names: readonly string[]): EnumType {
  return { kind: "enum", names };
}

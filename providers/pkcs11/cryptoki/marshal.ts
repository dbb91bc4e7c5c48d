/**
 * What goes into the functions of PKCS#11 and comes out of them, between JavaScript and the memory of a call: handles, structures,
 * templates, mechanisms. What the module tells of lengths is bounded here.
 * https://docs.oasis-open.org/pkcs11/pkcs11-spec/v3.1/os/pkcs11-spec-v3.1-os.html
 */
import { type CalledFunction, type Layout, structures, ULONG_BYTES } from "./abi.ts";
import type { CallMemory, Region } from "./call-memory.ts";

/** A CK_ULONG in the bytes of this machine, as `pkcs11js` knows handles and slots. */
export type Handle = Uint8Array;

export interface Attribute {
  readonly type: number;
  readonly value?: number | boolean | string | Uint8Array | null | undefined;
}

export interface Mechanism {
  readonly mechanism: number;
  readonly parameter?: number | Uint8Array | GcmParameters | null | undefined;
}

/** CK_GCM_PARAMS as graphene-pk11 gives it (AesGcm240Params). */
interface GcmParameters {
  readonly type: number;
  readonly iv: Uint8Array;
  readonly ivBits: number;
  readonly aad?: Uint8Array | null | undefined;
  readonly tagBits: number;
}
/** CK_PARAMS_AES_GCM_v240 of pkcs11js. */
const GCM_PARAMETERS = 7;

interface Version {
  readonly major: number;
  readonly minor: number;
}

/** A structure that the module fills in. */
export class Structure<Name extends string> {
  readonly region: Region;
  readonly #offsets: Readonly<Record<Name, number>>;

  constructor(memory: CallMemory, { bytes, offsets }: Layout<Name>) {
    this.region = memory.room(bytes);
    this.#offsets = offsets;
  }

  /** Text that is padded to its length. */
  text(member: Name, length: number): string {
    return this.region.copy(this.#offsets[member], length).toString("utf8");
  }

  /** The standard uses the lower 32 bits. */
  flags(member: Name): number {
    return Number(BigInt.asUintN(32, this.region.readULong(this.#offsets[member])));
  }

  version(member: Name): Version {
    const [major = 0, minor = 0] = this.region.copy(this.#offsets[member], 2);
    return { major, minor };
  }

  handle(member: Name): Buffer {
    return this.region.copy(this.#offsets[member], ULONG_BYTES);
  }
}

/** @throws TypeError when it has not the bytes of a CK_ULONG */
export function readHandle(handle: Handle): bigint {
  if (!(handle instanceof Uint8Array) || handle.length !== ULONG_BYTES) {
    throw new TypeError(`A handle has ${ULONG_BYTES} bytes`);
  }
  return Buffer.from(handle).readBigUInt64LE();
}

/** @throws Error when the module gave none (CK_INVALID_HANDLE) */
export function givenHandle(name: CalledFunction, region: Region): Buffer {
  if (region.readULong() === 0n) throw new Error(`${name} gave no handle`);
  return region.copy();
}

/** The first `count` handles of a list that the module wrote. */
export function handlesOf(region: Region, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => region.copy(index * ULONG_BYTES, ULONG_BYTES));
}

/**
 * A length or count that the module tells.
 * @throws Error when it is more than can be
 */
export function within(name: CalledFunction, told: bigint, most: number): number {
  if (told <= BigInt(most)) return Number(told);
  throw new Error(`${name} tells a length of ${told}, and there can be ${most} at most`);
}

/** Hands out what the module wrote; how many bytes that was. @throws Error when it is more than `output` has room for */
export function take(name: CalledFunction, room: Region, length: Region, output: Uint8Array): number {
  const written = within(name, length.readULong(), output.length);
  output.set(room.bytes.subarray(0, written));
  return written;
}

/** The value of an attribute in memory; `undefined` where there is none. */
function writeValue(memory: CallMemory, value: Attribute["value"]): Region | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") return memory.ulong(value);
  if (typeof value === "boolean") return memory.bytes(Uint8Array.of(value ? 1 : 0));
  return memory.bytes(typeof value === "string" ? Buffer.from(value) : value);
}

/** A template and how many attributes it has: the two arguments that a function takes for it. */
export function writeTemplate(memory: CallMemory, template: readonly Attribute[]): readonly [Region, number] {
  const { bytes, offsets } = structures.CK_ATTRIBUTE;
  const written = memory.room(template.length * bytes);
  for (const [index, { type, value }] of template.entries()) {
    const start = index * bytes;
    written.writeULong(start + offsets.type, type);
    const region = writeValue(memory, value);
    if (region === undefined || region.length === 0) continue;
    written.writePointer(start + offsets.pValue, region);
    written.writeULong(start + offsets.ulValueLen, region.length);
  }
  return [written, template.length];
}

/** A CK_MECHANISM with its parameter. @throws TypeError for a parameter of a kind that is not known */
export function writeMechanism(memory: CallMemory, { mechanism, parameter }: Mechanism): Region {
  const { bytes, offsets } = structures.CK_MECHANISM;
  const written = memory.room(bytes);
  written.writeULong(offsets.mechanism, mechanism);
  const region = writeParameter(memory, parameter);
  if (region === undefined) return written;
  written.writePointer(offsets.pParameter, region);
  written.writeULong(offsets.ulParameterLen, region.length);
  return written;
}

function writeParameter(memory: CallMemory, parameter: Mechanism["parameter"]): Region | undefined {
  if (parameter === undefined || parameter === null) return undefined;
  if (typeof parameter === "number") return memory.ulong(parameter);
  if (parameter instanceof Uint8Array) return memory.bytes(parameter);
  if (parameter.type !== GCM_PARAMETERS) {
    throw new TypeError(`Parameters of a mechanism of the kind ${parameter.type} are not known`);
  }
  const { bytes, offsets } = structures.CK_GCM_PARAMS;
  const written = memory.room(bytes);
  const iv = memory.bytes(parameter.iv);
  written.writePointer(offsets.pIv, iv);
  written.writeULong(offsets.ulIvLen, iv.length);
  written.writeULong(offsets.ulIvBits, parameter.ivBits);
  const additional = memory.bytes(parameter.aad ?? new Uint8Array());
  if (additional.length > 0) {
    written.writePointer(offsets.pAAD, additional);
    written.writeULong(offsets.ulAADLen, additional.length);
  }
  written.writeULong(offsets.ulTagBits, parameter.tagBits);
  return written;
}

/**
 * PKCS#11 modules called through `bun:ffi`, with what this program needs of the interface of `pkcs11js`'s native addon: its
 * JavaScript, and `graphene-pk11` above it, work with this instead. The module is foreign code: what it says about lengths
 * and counts is believed only within the room that it was given. One thread calls it, one call at a time.
 */
import { CFunction, type FFITypeOrString, type Pointer } from "bun:ffi";
import {
  type FunctionName,
  initializeArguments,
  type Layout,
  structures,
  ULONG_BYTES,
  UNAVAILABLE,
} from "./abi.ts";
import { CallMemory, type Region } from "./call-memory.ts";
import { type LoadedModule, loadModule } from "./load-module.ts";
import { errorName } from "./numbers.ts";

/** Slots, mechanisms or objects in one list. */
const MOST_ITEMS = 65_536;
/** Bytes of one attribute. */
const LONGEST_VALUE = 2 ** 20;

/** What the functions take; all of them answer with a CK_RV. */
const parameters = {
  C_Initialize: ["ptr"],
  C_Finalize: ["ptr"],
  C_GetInfo: ["ptr"],
  C_GetSlotList: ["u8", "ptr", "ptr"],
  C_GetSlotInfo: ["u64", "ptr"],
  C_GetTokenInfo: ["u64", "ptr"],
  C_GetMechanismList: ["u64", "ptr", "ptr"],
  C_InitPIN: ["u64", "ptr", "u64"],
  C_OpenSession: ["u64", "u64", "ptr", "ptr", "ptr"],
  C_CloseSession: ["u64"],
  C_GetSessionInfo: ["u64", "ptr"],
  C_Login: ["u64", "u64", "ptr", "u64"],
  C_Logout: ["u64"],
  C_CreateObject: ["u64", "ptr", "u64", "ptr"],
  C_DestroyObject: ["u64", "u64"],
  C_GetAttributeValue: ["u64", "u64", "ptr", "u64"],
  C_FindObjectsInit: ["u64", "ptr", "u64"],
  C_FindObjects: ["u64", "ptr", "u64", "ptr"],
  C_FindObjectsFinal: ["u64"],
  C_EncryptInit: ["u64", "ptr", "u64"],
  C_Encrypt: ["u64", "ptr", "u64", "ptr", "ptr"],
  C_DecryptInit: ["u64", "ptr", "u64"],
  C_Decrypt: ["u64", "ptr", "u64", "ptr", "ptr"],
  C_SignInit: ["u64", "ptr", "u64"],
  C_Sign: ["u64", "ptr", "u64", "ptr", "ptr"],
  C_GenerateKey: ["u64", "ptr", "ptr", "u64", "ptr"],
  C_GenerateKeyPair: ["u64", "ptr", "ptr", "u64", "ptr", "u64", "ptr", "ptr"],
  C_WrapKey: ["u64", "ptr", "u64", "u64", "ptr", "ptr"],
  C_UnwrapKey: ["u64", "ptr", "u64", "ptr", "u64", "ptr", "u64", "ptr"],
} as const satisfies Partial<Record<FunctionName, readonly FFITypeOrString[]>>;
type CalledFunction = keyof typeof parameters;

/** Numbers and places; `null` is NULL. */
type Argument = bigint | number | Region | null;
/** A CK_ULONG in the bytes of this machine, as `pkcs11js` knows handles and slots. */
type Handle = Uint8Array;

interface Attribute {
  readonly type: number;
  readonly value?: number | boolean | string | Uint8Array | null | undefined;
}

interface Mechanism {
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

interface InitializeOptions {
  readonly flags?: number;
  readonly libraryParameters?: string;
}

interface Version {
  readonly major: number;
  readonly minor: number;
}

export class PKCS11 {
  #module: LoadedModule | undefined;
  readonly #functions = new Map<CalledFunction, CallableFunction>();

  /** @throws Error that tells why the module cannot be loaded */
  load(path: string): void {
    this.#module = loadModule(path);
  }

  /** Takes the module out of the process. C_Finalize comes before. */
  close(): void {
    this.#functions.clear();
    this.#module?.unload();
    this.#module = undefined;
  }

  /**
   * Without options for a module that one thread calls, which every module has to bear.
   * @param options `libraryParameters` for NSS alone: other modules would misread them
   */
  C_Initialize(options?: InitializeOptions | null): void {
    using memory = new CallMemory();
    if (options?.libraryParameters === undefined) {
      this.#call("C_Initialize", null);
      return;
    }
    const text = options.libraryParameters;
    if (text.includes("\0")) throw new TypeError("The parameters of the module hold a zero byte");
    const { bytes, offsets } = initializeArguments;
    const given = memory.room(bytes);
    given.writeULong(offsets.flags, options.flags ?? 0);
    given.writePointer(offsets.LibraryParameters, memory.bytes(Buffer.from(`${text}\0`)));
    this.#call("C_Initialize", given);
  }

  C_Finalize(): void {
    this.#call("C_Finalize", null);
  }

  C_GetInfo() {
    using memory = new CallMemory();
    const info = new Structure(memory, structures.CK_INFO);
    this.#call("C_GetInfo", info.region);
    return {
      cryptokiVersion: info.version("cryptokiVersion"),
      manufacturerID: info.text("manufacturerID", 32),
      flags: info.flags("flags"),
      libraryDescription: info.text("libraryDescription", 32),
      libraryVersion: info.version("libraryVersion"),
    };
  }

  C_GetSlotList(tokenPresent = false): Buffer[] {
    return this.#list("C_GetSlotList", tokenPresent ? 1 : 0);
  }

  C_GetSlotInfo(slot: Handle) {
    using memory = new CallMemory();
    const info = new Structure(memory, structures.CK_SLOT_INFO);
    this.#call("C_GetSlotInfo", readHandle(slot), info.region);
    return {
      slotDescription: info.text("slotDescription", 64),
      manufacturerID: info.text("manufacturerID", 32),
      flags: info.flags("flags"),
      hardwareVersion: info.version("hardwareVersion"),
      firmwareVersion: info.version("firmwareVersion"),
    };
  }

  C_GetTokenInfo(slot: Handle) {
    using memory = new CallMemory();
    const info = new Structure(memory, structures.CK_TOKEN_INFO);
    this.#call("C_GetTokenInfo", readHandle(slot), info.region);
    return {
      label: info.text("label", 32),
      manufacturerID: info.text("manufacturerID", 32),
      model: info.text("model", 16),
      serialNumber: info.text("serialNumber", 16),
      flags: info.flags("flags"),
      hardwareVersion: info.version("hardwareVersion"),
      firmwareVersion: info.version("firmwareVersion"),
      utcTime: info.text("utcTime", 16),
    };
  }

  C_GetMechanismList(slot: Handle): number[] {
    return this.#list("C_GetMechanismList", readHandle(slot)).map((item) => Number(item.readBigUInt64LE()));
  }

  C_InitPIN(session: Handle, pin: string): void {
    using memory = new CallMemory();
    const text = memory.bytes(Buffer.from(pin));
    this.#call("C_InitPIN", readHandle(session), text, text.length);
  }

  C_OpenSession(slot: Handle, flags: number): Buffer {
    using memory = new CallMemory();
    const session = memory.ulong();
    this.#call("C_OpenSession", readHandle(slot), flags, null, null, session);
    return givenHandle("C_OpenSession", session);
  }

  C_CloseSession(session: Handle): void {
    this.#call("C_CloseSession", readHandle(session));
  }

  C_GetSessionInfo(session: Handle) {
    using memory = new CallMemory();
    const info = new Structure(memory, structures.CK_SESSION_INFO);
    this.#call("C_GetSessionInfo", readHandle(session), info.region);
    return {
      slotID: info.handle("slotID"),
      state: info.flags("state"),
      flags: info.flags("flags"),
      deviceError: info.flags("ulDeviceError"),
    };
  }

  C_Login(session: Handle, userType: number, pin: string): void {
    using memory = new CallMemory();
    const text = memory.bytes(Buffer.from(pin));
    this.#call("C_Login", readHandle(session), userType, text, text.length);
  }

  C_Logout(session: Handle): void {
    this.#call("C_Logout", readHandle(session));
  }

  C_CreateObject(session: Handle, template: readonly Attribute[]): Buffer {
    using memory = new CallMemory();
    const object = memory.ulong();
    this.#call("C_CreateObject", readHandle(session), ...writeTemplate(memory, template), object);
    return givenHandle("C_CreateObject", object);
  }

  C_DestroyObject(session: Handle, object: Handle): void {
    this.#call("C_DestroyObject", readHandle(session), readHandle(object));
  }

  /** The attributes with their values; `undefined` is the value of one that the module does not tell. */
  C_GetAttributeValue(session: Handle, object: Handle, template: readonly Attribute[]): Attribute[] {
    using memory = new CallMemory();
    const types = template.map(({ type }) => ({ type }));
    const [query, count] = writeTemplate(memory, types);
    this.#call("C_GetAttributeValue", readHandle(session), readHandle(object), query, count);
    const { bytes, offsets } = structures.CK_ATTRIBUTE;
    const told = (index: number): bigint => query.readULong(index * bytes + offsets.ulValueLen);
    const rooms = types.map((_, index) => {
      if (told(index) === UNAVAILABLE) return undefined;
      const room = memory.room(within("C_GetAttributeValue", told(index), LONGEST_VALUE));
      query.writePointer(index * bytes + offsets.pValue, room);
      return room;
    });
    this.#call("C_GetAttributeValue", readHandle(session), readHandle(object), query, count);
    return types.map(({ type }, index) => {
      const room = rooms[index];
      if (room === undefined || told(index) === UNAVAILABLE) return { type, value: undefined };
      return { type, value: room.copy(0, within("C_GetAttributeValue", told(index), room.length)) };
    });
  }

  C_FindObjectsInit(session: Handle, template: readonly Attribute[]): void {
    using memory = new CallMemory();
    this.#call("C_FindObjectsInit", readHandle(session), ...writeTemplate(memory, template));
  }

  C_FindObjects(session: Handle, most: number): Buffer[] {
    using memory = new CallMemory();
    const objects = memory.room(most * ULONG_BYTES);
    const count = memory.ulong();
    this.#call("C_FindObjects", readHandle(session), objects, most, count);
    return handlesOf(objects, within("C_FindObjects", count.readULong(), most));
  }

  C_FindObjectsFinal(session: Handle): void {
    this.#call("C_FindObjectsFinal", readHandle(session));
  }

  C_EncryptInit(session: Handle, mechanism: Mechanism, key: Handle): void {
    this.#begin("C_EncryptInit", session, mechanism, key);
  }

  /** @returns how many bytes of `output` were written */
  C_Encrypt(session: Handle, data: Uint8Array, output: Uint8Array): number {
    return this.#transform("C_Encrypt", session, data, output);
  }

  C_DecryptInit(session: Handle, mechanism: Mechanism, key: Handle): void {
    this.#begin("C_DecryptInit", session, mechanism, key);
  }

  /** @returns how many bytes of `output` were written */
  C_Decrypt(session: Handle, data: Uint8Array, output: Uint8Array): number {
    return this.#transform("C_Decrypt", session, data, output);
  }

  C_SignInit(session: Handle, mechanism: Mechanism, key: Handle): void {
    this.#begin("C_SignInit", session, mechanism, key);
  }

  /** @returns how many bytes of `output` were written */
  C_Sign(session: Handle, data: Uint8Array, output: Uint8Array): number {
    return this.#transform("C_Sign", session, data, output);
  }

  C_GenerateKey(session: Handle, mechanism: Mechanism, template: readonly Attribute[]): Buffer {
    using memory = new CallMemory();
    const key = memory.ulong();
    const how = writeMechanism(memory, mechanism);
    this.#call("C_GenerateKey", readHandle(session), how, ...writeTemplate(memory, template), key);
    return givenHandle("C_GenerateKey", key);
  }

  C_GenerateKeyPair(
    session: Handle,
    mechanism: Mechanism,
    publicTemplate: readonly Attribute[],
    privateTemplate: readonly Attribute[],
  ): { readonly publicKey: Buffer; readonly privateKey: Buffer } {
    using memory = new CallMemory();
    const [publicKey, privateKey] = [memory.ulong(), memory.ulong()];
    this.#call(
      "C_GenerateKeyPair",
      readHandle(session),
      writeMechanism(memory, mechanism),
      ...writeTemplate(memory, publicTemplate),
      ...writeTemplate(memory, privateTemplate),
      publicKey,
      privateKey,
    );
    return {
      publicKey: givenHandle("C_GenerateKeyPair", publicKey),
      privateKey: givenHandle("C_GenerateKeyPair", privateKey),
    };
  }

  /** @returns how many bytes of `output` were written */
  C_WrapKey(
    session: Handle,
    mechanism: Mechanism,
    wrappingKey: Handle,
    key: Handle,
    output: Uint8Array,
  ): number {
    using memory = new CallMemory();
    const room = memory.room(output.length);
    const length = memory.ulong(output.length);
    const how = writeMechanism(memory, mechanism);
    this.#call("C_WrapKey", readHandle(session), how, readHandle(wrappingKey), readHandle(key), room, length);
    return take("C_WrapKey", room, length, output);
  }

  C_UnwrapKey(
    session: Handle,
    mechanism: Mechanism,
    unwrappingKey: Handle,
    wrapped: Uint8Array,
    template: readonly Attribute[],
  ): Buffer {
    using memory = new CallMemory();
    const data = memory.bytes(wrapped);
    const key = memory.ulong();
    this.#call(
      "C_UnwrapKey",
      readHandle(session),
      writeMechanism(memory, mechanism),
      readHandle(unwrappingKey),
      data,
      data.length,
      ...writeTemplate(memory, template),
      key,
    );
    return givenHandle("C_UnwrapKey", key);
  }

  #begin(
    name: "C_EncryptInit" | "C_DecryptInit" | "C_SignInit",
    session: Handle,
    mechanism: Mechanism,
    key: Handle,
  ): void {
    using memory = new CallMemory();
    this.#call(name, readHandle(session), writeMechanism(memory, mechanism), readHandle(key));
  }

  #transform(
    name: "C_Encrypt" | "C_Decrypt" | "C_Sign",
    session: Handle,
    data: Uint8Array,
    output: Uint8Array,
  ): number {
    using memory = new CallMemory();
    const input = memory.bytes(data);
    const room = memory.room(output.length);
    const length = memory.ulong(output.length);
    this.#call(name, readHandle(session), input, input.length, room, length);
    return take(name, room, length, output);
  }

  /** A list that the module is asked for twice: for its length, and for its items. */
  #list(name: "C_GetSlotList" | "C_GetMechanismList", of: number | bigint): Buffer[] {
    using memory = new CallMemory();
    const count = memory.ulong();
    this.#call(name, of, null, count);
    const room = memory.room(within(name, count.readULong(), MOST_ITEMS) * ULONG_BYTES);
    if (room.length === 0) return [];
    this.#call(name, of, room, count);
    return handlesOf(room, within(name, count.readULong(), room.length / ULONG_BYTES));
  }

  /** @throws Error named as `pkcs11js` knows errors of the module, by name and number */
  #call(name: CalledFunction, ...given: readonly Argument[]): void {
    const answer: unknown = this.#function(name)(
      ...given.map((argument) => (isRegion(argument) ? argument.address : argument)),
    );
    if (typeof answer !== "bigint") throw new Error(`${name} gave no answer`);
    if (answer !== 0n) throw new Error(`${errorName(answer)}:${answer}`);
  }

  #function(name: CalledFunction): CallableFunction {
    const known = this.#functions.get(name);
    if (known !== undefined) return known;
    if (this.#module === undefined) throw new Error("The PKCS#11 module is not loaded");
    const address = this.#module.address(name);
    if (address === 0) throw new Error(`The PKCS#11 module has no function ${name}`);
    const made = CFunction({ ptr: address as Pointer, args: parameters[name], returns: "u64" });
    this.#functions.set(name, made);
    return made;
  }
}

// pkcs11js looks for the functions by enumeration, as a native class has them.
for (const name of Object.getOwnPropertyNames(PKCS11.prototype)) {
  if (name.startsWith("C_")) Object.defineProperty(PKCS11.prototype, name, { enumerable: true });
}

function isRegion(argument: Argument): argument is Region {
  return typeof argument === "object" && argument !== null;
}

/** A structure that the module fills in. */
class Structure<Name extends string> {
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

function readHandle(handle: Handle): bigint {
  if (!(handle instanceof Uint8Array) || handle.length !== ULONG_BYTES) {
    throw new TypeError(`A handle has ${ULONG_BYTES} bytes`);
  }
  return Buffer.from(handle).readBigUInt64LE();
}

/** @throws Error when the module gave none (CK_INVALID_HANDLE) */
function givenHandle(name: CalledFunction, region: Region): Buffer {
  if (region.readULong() === 0n) throw new Error(`${name} gave no handle`);
  return region.copy();
}

function handlesOf(region: Region, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => region.copy(index * ULONG_BYTES, ULONG_BYTES));
}

/**
 * A length or count that the module tells.
 * @throws Error when it is more than can be
 */
function within(name: CalledFunction, told: bigint, most: number): number {
  if (told <= BigInt(most)) return Number(told);
  throw new Error(`${name} tells a length of ${told}, and there can be ${most} at most`);
}

/** Hands out what the module wrote. */
function take(name: CalledFunction, room: Region, length: Region, output: Uint8Array): number {
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
function writeTemplate(memory: CallMemory, template: readonly Attribute[]): readonly [Region, number] {
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

function writeMechanism(memory: CallMemory, { mechanism, parameter }: Mechanism): Region {
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

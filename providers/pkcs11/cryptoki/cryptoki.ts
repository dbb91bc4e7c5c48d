/**
 * PKCS#11 modules called through `bun:ffi`, with what this program needs of the interface of `pkcs11js`'s native addon: its
 * JavaScript, and `graphene-pk11` above it, work with this instead. The module is foreign code: what it says about lengths
 * and counts is believed only within the room that it was given (marshal.ts). One thread calls it, one call at a time.
 */
import { CFunction, type Pointer } from "bun:ffi";
import {
  type CalledFunction,
  initializeArguments,
  parameters,
  structures,
  ULONG_BYTES,
  UNAVAILABLE,
} from "./abi.ts";
import { CallMemory, type Region } from "./call-memory.ts";
import { type LoadedModule, loadModule } from "./load-module.ts";
import {
  type Attribute,
  givenHandle,
  type Handle,
  handlesOf,
  type Mechanism,
  readHandle,
  Structure,
  take,
  within,
  writeMechanism,
  writeTemplate,
} from "./marshal.ts";
import { errorName } from "./numbers.ts";

/** Slots, mechanisms or objects in one list. */
const MOST_ITEMS = 65_536;
/** Bytes of one attribute. */
const LONGEST_VALUE = 2 ** 20;

/** Numbers and places; `null` is NULL. */
type Argument = bigint | number | Region | null;

interface InitializeOptions {
  readonly flags?: number;
  readonly libraryParameters?: string;
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

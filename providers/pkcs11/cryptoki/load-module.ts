/** A vendor's PKCS#11 module, loaded as a shared library: its functions by name, or why it cannot be used. */
import { dlopen, type Pointer, read } from "bun:ffi";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { type FunctionName, functionNames, functionOffset } from "./abi.ts";
import { CallMemory } from "./call-memory.ts";
import { errorName } from "./numbers.ts";

export interface LoadedModule {
  /** The address of a function; 0 where the module has none. */
  address(name: FunctionName): number;
  /** After this no function may be called any more. */
  unload(): void;
}

/**
 * @param path of the module
 * @throws Error that says what is wrong with the file or the module
 */
export function loadModule(path: string): LoadedModule {
  const library = openLibrary(path);
  using memory = new CallMemory();
  const place = memory.ulong();
  const answer = library.symbols.C_GetFunctionList(place.address as Pointer);
  if (answer !== 0n) throw new Error(`C_GetFunctionList failed with ${errorName(answer)}`);
  const list = Number(place.readULong());
  if (list === 0) throw new Error("C_GetFunctionList gave no list of functions");
  const [major, minor] = [read.u8(list as Pointer, 0), read.u8(list as Pointer, 1)];
  // 3.0 and later give the same list here, and a longer one elsewhere.
  if (major !== 2 && major !== 3)
    throw new Error(`it speaks version ${major}.${minor} of PKCS#11, not 2 or 3`);
  const addresses = new Map(
    functionNames.map((name) => [name, read.ptr(list as Pointer, functionOffset(name))]),
  );
  return { address: (name) => addresses.get(name) ?? 0, unload: () => library.close() };
}

function openLibrary(path: string) {
  try {
    return dlopen(path, { C_GetFunctionList: { args: ["ptr"], returns: "u64" } });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(wrongWithFile(path) ?? explain(path, said), { cause: error });
  }
}

/** What the dynamic loader says, without the name of the file, which the caller knows. */
function explain(path: string, said: string): string {
  if (said.startsWith("Symbol ")) return "it is not a PKCS#11 module: it has no function C_GetFunctionList";
  const cause = said.replace(`Failed to open library "${path}": `, "").replace(`${path}: `, "");
  // The loader's words for a file that may be read and not executed.
  const isNotExecutable = /failed to map segment|Operation not permitted/.test(cause);
  return isNotExecutable ? `${cause} (is its file system mounted with noexec?)` : cause;
}

/** `e_machine` in the header of an ELF file (elf.h). */
const elfMachines: Readonly<Record<number, string>> = { 3: "x86", 40: "ARM", 62: "x64", 183: "arm64" };
const ELF_MAGIC = Buffer.from("\x7fELF", "latin1");

/** What the loader has misleading words for: a module of another processor it calls missing. */
function wrongWithFile(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return "it is not a file";
    if (process.platform !== "linux") return undefined;
    const header = readHeader(path);
    if (!header.subarray(0, 4).equals(ELF_MAGIC)) return "it is not a shared library (no ELF file)";
    const machine = header.readUInt16LE(18);
    const name = elfMachines[machine] ?? `processor ${machine}`;
    return name === process.arch ? undefined : `it is made for ${name}, and this program for ${process.arch}`;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return "there is no such file";
    if (code === "EACCES") return "this user may not read it (EACCES)";
    return undefined;
  }
}

function readHeader(path: string): Buffer {
  const header = Buffer.alloc(20);
  const file = openSync(path, "r");
  try {
    readSync(file, header, 0, header.length, 0);
  } finally {
    closeSync(file);
  }
  return header;
}

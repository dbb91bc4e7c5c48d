/** A vendor's PKCS#11 module in this process, and the choice of one of its tokens. */
import { Module, type Slot } from "graphene-pk11";
import { TokenError } from "../../error.ts";
import { unknownAbi } from "../cryptoki/abi.ts";
import type { TokenSelector } from "./messages.ts";

/** A token as it presents itself. */
interface FoundToken {
  readonly slot: Slot;
  readonly token: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serial: string;
}

/**
 * Loads and initialises a module.
 *
 * @param parameters for modules that want some at C_Initialize, such as NSS (CK_C_INITIALIZE_ARGS, LibraryParameters)
 * @throws TokenError `MODULE_FAILED`, `NOT_AVAILABLE`
 */
export function openModule(path: string, parameters?: string): Module {
  const refusal = unknownAbi(process.platform, process.arch);
  if (refusal !== undefined) throw new TokenError("NOT_AVAILABLE", refusal, "Unlock with a password.");
  try {
    const module = Module.load(path);
    // Without arguments: one thread alone calls the module, which all modules have to bear (PKCS#11, C_Initialize).
    if (parameters === undefined) module.initialize();
    else module.initialize({ libraryParameters: parameters, flags: 0 });
    return module;
  } catch (error) {
    if (firstLine(error).includes("requires the JIT")) throw withoutNewCode();
    throw new TokenError(
      "MODULE_FAILED",
      `The PKCS#11 module ${path} cannot be loaded: ${firstLine(error)}.`,
      "Check module-path in the PKCS#11 URI, and that the vendor's software is installed and configured for this user.",
    );
  }
}

/** Calls into native code are made of code that is written while the program runs, and some systems forbid that. */
function withoutNewCode(): TokenError {
  return new TokenError(
    "NOT_AVAILABLE",
    "PKCS#11 needs memory that a program may write and then run, and this process may have none.",
    "Take MemoryDenyWriteExecute=yes out of the service's unit (or what sets PR_SET_MDWE, or BUN_JSC_useJIT=0).",
  );
}

/** The first line of an error, without its final stop. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split("\n")[0] ?? "").replace(/\.$/, "").slice(0, 300);
}

/**
 * The one token that a selector means.
 * @throws TokenError `NO_TOKEN`, `SEVERAL_TOKENS`
 */
export function findToken(module: Module, selector: TokenSelector): FoundToken {
  const slots = module.getSlots(true);
  const present = Array.from({ length: slots.length }, (_, index) => slots.items(index)).map(readToken);
  const matching = present.filter((found) => found !== undefined).filter((found) => matches(found, selector));
  const [first, second] = matching;
  if (first === undefined) {
    throw new TokenError(
      "NO_TOKEN",
      `There is no PKCS#11 token ${describe(selector)}.`,
      "Check that the token is inserted and that the URI names its label; `pkcs11-tool -L` lists the tokens.",
    );
  }
  if (second === undefined) return first;
  const serials = matching.map(({ serial }) => serial).join(", ");
  throw new TokenError(
    "SEVERAL_TOKENS",
    `${matching.length} PKCS#11 tokens match ${describe(selector)}.`,
    `Name one of them by its serial number in the URI, as serial=...: ${serials}.`,
  );
}

/** A slot whose token is not initialised, or was taken out this moment, holds no keys. */
function readToken(slot: Slot): FoundToken | undefined {
  try {
    const { label, manufacturerID, model, serialNumber } = slot.getToken();
    return { slot, token: label, manufacturer: manufacturerID, model, serial: serialNumber };
  } catch {
    return undefined;
  }
}

function matches(found: FoundToken, { token, manufacturer, model, serial, slotId }: TokenSelector): boolean {
  const isSame = (wanted: string | undefined, has: string): boolean => wanted === undefined || wanted === has;
  const { slot } = found;
  return (
    isSame(token, found.token) &&
    isSame(manufacturer, found.manufacturer) &&
    isSame(model, found.model) &&
    isSame(serial, found.serial) &&
    (slotId === undefined || slotId === slot.handle.readUIntLE(0, Math.min(6, slot.handle.length)))
  );
}

function describe({ token, serial }: TokenSelector): string {
  const named = [
    ...(token === undefined ? [] : [`with the label "${token}"`]),
    ...(serial === undefined ? [] : [`with the serial number ${serial}`]),
  ];
  return named.length === 0 ? "that fits the URI" : named.join(" and ");
}

/** A module that tells lengths that cannot be, leaves functions out, or is none. */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { makeKeyPair, signInToken, type TokenKeyPair } from "../../../../providers/pkcs11/key-pairs.ts";
import type { Tokens, TokensSettings } from "../../../../providers/pkcs11/tokens.ts";
import { Pkcs11WrappingToken } from "../../../../providers/pkcs11/wrapping-token.ts";
import { errors, FaultyTokens } from "../faulty-tokens.ts";
import { refused } from "../refused.ts";
import { moduleProcessCommand, softHsmModule } from "../soft-token.ts";

// Each process of a module takes a moment to start on a busy machine.
setDefaultTimeout(60_000);

const uri = { token: "vault" };
const software = new FaultyTokens("vault");
const opened: Tokens[] = [];
let pair: TokenKeyPair;

function open(settings: Partial<TokensSettings> = {}): Tokens {
  const tokens = software.open(settings);
  opened.push(tokens);
  return tokens;
}

const sign = (settings: Partial<TokensSettings> = {}) =>
  signInToken(open(settings).get(uri), pair.uri, "secp256k1", Buffer.alloc(32, 7));

const wrap = () =>
  new Pkcs11WrappingToken(open().get(uri)).wrap(
    { object: "wrapping", id: "01" },
    Buffer.alloc(32),
    Buffer.alloc(0),
  );

beforeAll(async () => {
  const tokens = software.open();
  pair = await makeKeyPair(tokens.get(uri), uri, "secp256k1", "key");
  await new Pkcs11WrappingToken(tokens.get(uri)).keyForSlot({ object: "wrapping", id: "01" });
  tokens.close();
});
afterEach(() => {
  software.behave();
  for (const tokens of opened.splice(0)) tokens.close();
});
afterAll(() => software.remove());

describe("a length that cannot be", () => {
  const huge = 2 ** 40;

  test.each([
    ["C_GetSlotList", "length", 65_536],
    ["C_GetSlotList", "late-length", 2],
    ["C_FindObjects", "length", 1],
    ["C_GetAttributeValue", "length", 2 ** 20],
    ["C_GetAttributeValue", "late-length", 8],
    ["C_Sign", "length", 1024],
  ])("is not believed when a transaction is signed: %s %s", async (name, kind, most) => {
    software.misbehave(`${name} ${kind} ${huge}`);
    expect(await refused(() => sign())).toMatchObject({
      code: "MODULE_FAILED",
      message: `The PKCS#11 module failed: ${name} tells a length of ${huge}, and there can be ${most} at most.`,
    });
    software.behave();
    expect(await sign()).toHaveLength(64);
  });

  test.each([
    ["C_GetMechanismList", "length"],
    ["C_GetMechanismList", "late-length"],
    ["C_Encrypt", "length"],
  ])("is not believed when a key is wrapped: %s %s", async (name, kind) => {
    software.misbehave(`${name} ${kind} ${huge}`);
    const { code, message } = await refused(wrap);
    expect(code).toBe("MODULE_FAILED");
    expect(message).toStartWith(`The PKCS#11 module failed: ${name} tells a length of ${huge}, and there`);
  });

  test("is not believed when a key is unwrapped, or wrapped by AES key wrap", async () => {
    const wrapped = await wrap();
    software.misbehave(`C_Decrypt length ${huge}`);
    const token = new Pkcs11WrappingToken(open().get(uri));
    const unwrap = () => token.unwrap({ object: "wrapping", id: "01" }, wrapped, Buffer.alloc(0));
    expect((await refused(unwrap)).message).toContain(`C_Decrypt tells a length of ${huge}`);
    software.misbehave("C_GetMechanismList without 0x1087", `C_WrapKey length ${huge}`);
    expect((await refused(wrap)).message).toContain(`C_WrapKey tells a length of ${huge}`);
  });

  test("which is one more than the room is not believed either", async () => {
    software.misbehave("C_Sign length 1025");
    expect((await refused(() => sign())).message).toContain("C_Sign tells a length of 1025");
  });
});

describe("a PKCS#11 module", () => {
  test("that gives no session is told", async () => {
    software.misbehave("C_OpenSession without-handle");
    expect((await refused(() => sign())).message).toBe(
      "The PKCS#11 module failed: C_OpenSession gave no handle.",
    );
  });

  test("that lacks a function is told when that is needed", async () => {
    software.misbehave("C_GetFunctionList without-sign");
    expect((await refused(() => sign())).message).toBe(
      "The PKCS#11 module failed: The PKCS#11 module has no function C_Sign.",
    );
  });

  test.each([
    ["nothing", "C_GetFunctionList gave no list of functions"],
    ["version", "it speaks version 1.40 of PKCS#11, not 2 or 3"],
    [`fail ${errors.generalError}`, "C_GetFunctionList failed with CKR_GENERAL_ERROR"],
  ])("without a list of functions that can be read is refused: %s", async (what, cause) => {
    software.misbehave(`C_GetFunctionList ${what}`);
    expect(await refused(() => sign())).toMatchObject({
      code: "MODULE_FAILED",
      message: `The PKCS#11 module ${software.modulePath} cannot be loaded: ${cause}.`,
    });
  });

  test("with an error of its own is told by the error's number", async () => {
    software.misbehave("C_Sign fail 0x80000123");
    expect((await refused(() => sign())).message).toBe(
      "The PKCS#11 module failed: CKR_VENDOR_DEFINED (0x80000123).",
    );
  });
});

describe("a file that is no module", () => {
  /** Makes a shared library of some C. */
  function library(name: string, source: string, ...more: readonly string[]): string {
    const [file, output] = [software.path(`${name}.c`), software.path(`lib${name}.so`)];
    writeFileSync(file, source);
    const made = Bun.spawnSync(["gcc", "-shared", "-fPIC", file, "-o", output, ...more], { stderr: "pipe" });
    if (!made.success) throw new Error(made.stderr.toString());
    return output;
  }

  const causeOf = async (modulePath: string): Promise<string> => {
    const { code, message } = await refused(() => sign({ modulePath }));
    expect(code).toBe("MODULE_FAILED");
    return message.replace(`The PKCS#11 module ${modulePath} cannot be loaded: `, "");
  };

  test("because it is not there", async () => {
    expect(await causeOf("/does/not/exist.so")).toBe("there is no such file.");
  });

  test("because it is a folder", async () => {
    expect(await causeOf("/usr/lib")).toBe("it is not a file.");
  });

  test("because it is a text", async () => {
    expect(await causeOf("/etc/hostname")).toBe("it is not a shared library (no ELF file).");
  });

  test("because it is cut off", async () => {
    const path = software.path("cut-off.so");
    writeFileSync(path, readFileSync(softHsmModule).subarray(0, 40));
    expect(await causeOf(path)).toBe("file too short.");
  });

  test("because it is made for another processor", async () => {
    const path = software.path("foreign.so");
    const content = readFileSync(softHsmModule);
    const [machine, name] = process.arch === "x64" ? [183, "arm64"] : [62, "x64"];
    content.writeUInt16LE(machine, 18);
    writeFileSync(path, content);
    expect(await causeOf(path)).toBe(`it is made for ${name}, and this program for ${process.arch}.`);
  });

  test("because it is another library", async () => {
    expect(await causeOf(library("other", "int other(void) { return 1; }"))).toBe(
      "it is not a PKCS#11 module: it has no function C_GetFunctionList.",
    );
  });

  test("because a library that it needs is not there", async () => {
    mkdirSync(software.path("gone"));
    const needed = library("needed", "int needed(void) { return 1; }");
    copyFileSync(needed, software.path("gone/libneeded.so"));
    const path = library(
      "needing",
      "int needed(void); int C_GetFunctionList(void *list) { return needed(); }",
      `-L${software.path("gone")}`,
      "-lneeded",
    );
    expect(await causeOf(path)).toBe(
      "libneeded.so: cannot open shared object file: No such file or directory.",
    );
  });
});

test("without memory that may be written and run PKCS#11 is refused with what forbids it", async () => {
  const environment = { ...software.environment, BUN_JSC_useJIT: "0" };
  // The runtime has read the variable by then; the program itself refuses to run with it.
  const unset = software.path("unset.ts");
  writeFileSync(unset, "delete process.env.BUN_JSC_useJIT;");
  const [bun, ...rest] = moduleProcessCommand;
  const { code, message, hint } = await refused(() =>
    sign({ environment, command: [bun, "--preload", unset, ...rest] }),
  );
  expect({ code, message }).toEqual({
    code: "NOT_AVAILABLE",
    message: "PKCS#11 needs memory that a program may write and then run, and this process may have none.",
  });
  expect(hint).toContain("MemoryDenyWriteExecute");
});

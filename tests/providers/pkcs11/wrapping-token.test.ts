import { afterAll, afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { Tokens } from "../../../providers/pkcs11/tokens.ts";
import type { Pkcs11Uri } from "../../../providers/pkcs11/uri.ts";
import { Pkcs11WrappingToken } from "../../../providers/pkcs11/wrapping-token.ts";
import { errors, FaultyTokens } from "./faulty-tokens.ts";
import { refused } from "./refused.ts";

setDefaultTimeout(60_000);

const software = new FaultyTokens("vault", "other");
const AES_GCM = "0x1087";
const AES_KEY_WRAP = "0x2109";
const data = randomBytes(64);
const purpose = Buffer.from("a purpose");
let tokens: Tokens;
let token: Pkcs11WrappingToken;

const keyNamed = async (uri: Pkcs11Uri) => (await token.keyForSlot(uri)).name;

beforeEach(() => {
  tokens = software.open();
  token = new Pkcs11WrappingToken(tokens.get({ token: "vault" }));
});
afterEach(() => {
  tokens.close();
  software.behave();
});
afterAll(() => software.remove());

describe("a wrapping key in a token", () => {
  test("is made when there is none of the name, and told from one that was there before", async () => {
    const made = await token.keyForSlot({ object: "new" });
    expect(made).toEqual({
      name: { object: "new", id: expect.stringMatching(/^[0-9a-f]{32}$/) as string },
      isNew: true,
    });
    for (const uri of [{ object: "new" }, { id: made.name.id }])
      expect(await token.keyForSlot(uri)).toEqual({ name: made.name, isNew: false });
  });

  test("is a new one each time where the URI names none", async () => {
    const [first, second] = [await token.keyForSlot({}), await token.keyForSlot({})];
    expect(first).toMatchObject({ name: { object: "tatum-kms" }, isNew: true });
    expect(second).toMatchObject({
      name: { object: `tatum-kms ${second.name.id.slice(0, 8)}` },
      isNew: true,
    });
  });

  test("never leaves the token", async () => {
    await keyNamed({ object: "kept" });
    const listed = software.tool("vault", "--login", "--list-objects", "--type", "secrkey");
    const kept = listed.split("Secret Key Object").find((text) => text.includes("kept"));
    expect(kept).toContain("AES length 32");
    expect(kept).toMatch(/Access: +sensitive, always sensitive, never extractable, local/);
    expect(() =>
      software.tool("vault", "--login", "--read-object", "--type", "secrkey", "--label", "kept"),
    ).toThrow();
  });

  test.each([
    [
      "could be read out",
      "AES:32",
      ["--extractable"],
      "UNSAFE_KEY",
      'The secret key with the label "%" could be read out of the token.',
    ],
    ["is too short", "AES:16", [], "NOT_SUPPORTED", 'The secret key "%" is not one of AES-256.'],
  ])("that somebody else made is refused when it %s", async (why, keyType, more, code, message) => {
    const label = `foreign: ${why}`;
    software.tool(
      "vault",
      "--login",
      "--keygen",
      "--key-type",
      keyType,
      "--label",
      label,
      "--sensitive",
      "--private",
      ...more,
    );
    expect(await refused(() => keyNamed({ object: label }))).toMatchObject({
      code,
      message: message.replace("%", label),
    });
  });

  test("is not guessed: by an unknown identifier there is none, of two with one label neither", async () => {
    expect((await refused(() => keyNamed({ id: "0abc" }))).code).toBe("NO_KEY");
    for (const id of ["71", "72"])
      software.tool(
        "vault",
        "--login",
        "--keygen",
        "--key-type",
        "AES:32",
        "--label",
        "two",
        "--id",
        id,
        "--sensitive",
        "--private",
      );
    expect(await refused(() => keyNamed({ object: "two" }))).toMatchObject({
      code: "SEVERAL_KEYS",
      hint: "Name the key by its identifier in the URI, as id=%01%02...",
    });
    expect(await keyNamed({ object: "two", id: "72" })).toEqual({ object: "two", id: "72" });
    expect((await refused(() => keyNamed({ object: "two", id: "73" }))).code).toBe("KEY_EXISTS");
  });
});

/** Keys that others put into the token under a name that the program is going to ask for. */
describe("a wrapping key that was put into the token", () => {
  const file = software.path("key");
  writeFileSync(file, Buffer.alloc(32, 7));
  const written = ["--write-object", file, "--type", "secrkey", "--key-type", "AES:32"] as const;

  const planted: readonly [string, (name: readonly string[]) => void, string][] = [
    [
      "without the PIN",
      (name) => software.toolWithoutPin("vault", ...written, "--sensitive", ...name),
      " needs no PIN (CKA_PRIVATE is not set): anybody who reaches the token could have put it there.",
    ],
    [
      "without the PIN, by having the token make it",
      (name) => software.toolWithoutPin("vault", "--keygen", "--key-type", "AES:32", "--sensitive", ...name),
      " needs no PIN (CKA_PRIVATE is not set): anybody who reaches the token could have put it there.",
    ],
    [
      "with the PIN, from outside",
      (name) => software.tool("vault", "--login", ...written, "--private", "--sensitive", ...name),
      " was not made inside the token, so others may have it (not set: CKA_LOCAL, CKA_ALWAYS_SENSITIVE, CKA_NEVER_EXTRACTABLE).",
    ],
  ];

  test.each(planted)("%s is refused for a new slot", async (how, plant, reason) => {
    plant(["--label", `planted ${how}`, "--id", "e1"]);
    expect(await refused(() => keyNamed({ object: `planted ${how}` }))).toMatchObject({
      code: "UNSAFE_KEY",
      message: `The secret key with the label "planted ${how}"${reason}`,
    });
  });

  test.each(planted)("%s neither wraps nor unwraps", async (how, plant, reason) => {
    const key = { object: `used ${how}`, id: "e2" };
    plant(["--label", key.object, "--id", key.id]);
    const error = {
      code: "UNSAFE_KEY",
      message: `The secret key with the label "${key.object}" and with the identifier e2${reason}`,
    };
    expect(await refused(() => token.wrap(key, data, purpose))).toMatchObject(error);
    const wrapped = { algorithm: "aes-256-gcm", wrapped: randomBytes(92) } as const;
    expect(await refused(() => token.unwrap(key, wrapped, purpose))).toMatchObject(error);
  });

  test("without the PIN does not stand in the way of the key of that name", async () => {
    const key = await keyNamed({ object: "genuine" });
    const wrapped = await token.wrap(key, data, purpose);
    software.toolWithoutPin("vault", ...written, "--sensitive", "--label", "genuine", "--id", key.id);
    expect(await token.unwrap(key, wrapped, purpose)).toEqual(data);
    expect(await keyNamed({ object: "genuine" })).toEqual(key);
  });
});

describe.each([
  ["aes-256-gcm", [] as string[], 64 + 12 + 16],
  ["aes-256-key-wrap", [`C_GetMechanismList without ${AES_GCM}`], 64 + 8],
] as const)("wrapping in a token by %s", (algorithm, lines, length) => {
  beforeEach(() => software.misbehave(...lines));

  test("gives back what it took", async () => {
    const key = await keyNamed({ object: "wrapping" });
    const wrapped = await token.wrap(key, data, purpose);
    expect([wrapped.algorithm, wrapped.wrapped.length]).toEqual([algorithm, length]);
    expect(await token.unwrap(key, wrapped, purpose)).toEqual(data);
  });

  test("leaves no key of the session behind", async () => {
    const key = await keyNamed({ object: "wrapping" });
    for (let count = 0; count < 3; count++)
      await token.unwrap(key, await token.wrap(key, data, purpose), purpose);
    const listed = software.tool("vault", "--login", "--list-objects", "--type", "secrkey");
    expect(listed).not.toContain("Generic secret");
  });

  test("gives nothing for bytes that were changed, cut off, or wrapped by another key", async () => {
    const key = await keyNamed({ object: "wrapping" });
    const wrapped = await token.wrap(key, data, purpose);
    const changed = Uint8Array.from(wrapped.wrapped);
    changed[20]! ^= 1;
    for (const bytes of [changed, wrapped.wrapped.subarray(0, -8), wrapped.wrapped.subarray(0, 24)])
      expect(await token.unwrap(key, { algorithm, wrapped: bytes }, purpose)).toBeUndefined();
    const other = await keyNamed({ object: "another" });
    expect(await token.unwrap(other, wrapped, purpose)).toBeUndefined();
    const foreign = new Pkcs11WrappingToken(tokens.get({ token: "other" }));
    expect(await foreign.unwrap(key, wrapped, purpose)).toBeUndefined();
  });
});

describe("wrapping in a token", () => {
  test("by AES-GCM holds to its purpose", async () => {
    const key = await keyNamed({ object: "wrapping" });
    const wrapped = await token.wrap(key, data, purpose);
    expect(await token.unwrap(key, wrapped, Buffer.from("another"))).toBeUndefined();
  });

  test("needs one of both ways", async () => {
    software.misbehave(
      `C_GetMechanismList without ${AES_GCM}`,
      `C_GetMechanismList and-without ${AES_KEY_WRAP}`,
    );
    const key = await keyNamed({ object: "wrapping" });
    expect(await refused(() => token.wrap(key, data, purpose))).toMatchObject({
      code: "NOT_SUPPORTED",
      message: "The token has neither AES-GCM (CKM_AES_GCM) nor AES key wrap (CKM_AES_KEY_WRAP).",
    });
  });

  test.each([
    ["CKR_GENERAL_ERROR", errors.generalError],
    ["CKR_FUNCTION_FAILED", errors.functionFailed],
  ])("does not take a fault of the token for bytes of another key: %s", async (name, error) => {
    const key = await keyNamed({ object: "wrapping" });
    const wrapped = await token.wrap(key, data, purpose);
    software.misbehave(`C_Decrypt fail ${error}`);
    expect(await refused(() => token.unwrap(key, wrapped, purpose))).toMatchObject({
      code: "MODULE_FAILED",
      message: `The PKCS#11 module failed: ${name}.`,
    });
  });
});

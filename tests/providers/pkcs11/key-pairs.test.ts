/** Signing keys in a token: made there, or found there. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { makeKeyPair, readKeyPair, signInToken } from "../../../providers/pkcs11/key-pairs.ts";
import type { Token } from "../../../providers/pkcs11/token.ts";
import type { Tokens } from "../../../providers/pkcs11/tokens.ts";
import { refused } from "./refused.ts";
import { PIN, SoftTokens } from "./soft-token.ts";

setDefaultTimeout(60_000);

const software = new SoftTokens("keys");
const curves = ["secp256k1", "ed25519"] as const;
const nameOf = { secp256k1: "EC:secp256k1", ed25519: "EC:edwards25519" } as const;
let tokens: Tokens;
let token: Token;

/** Makes a key pair with `pkcs11-tool`, as an operator would. */
function generate(keyType: string, label: string, id: string, ...more: readonly string[]): void {
  software.tool(
    "keys",
    "--login",
    "--keypairgen",
    "--key-type",
    keyType,
    "--label",
    label,
    "--id",
    id,
    ...more,
  );
}

/** What `pkcs11-tool` lists of a private key. */
function listed(label: string): string {
  const all = software
    .tool("keys", "--login", "--list-objects", "--type", "privkey")
    .split("Private Key Object");
  return all.find((text) => text.includes(`label:      ${label}\n`)) ?? "";
}

function verify(
  curve: (typeof curves)[number],
  signature: Uint8Array,
  data: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  return curve === "secp256k1"
    ? secp256k1.verify(signature, data, publicKey, { prehash: false, lowS: false })
    : ed25519.verify(signature, data, publicKey);
}

beforeAll(() => {
  tokens = software.open();
  token = tokens.get({ token: "keys" });
});
afterAll(() => {
  tokens.close();
  software.remove();
});

describe.each(curves)("a key pair of %s", (curve) => {
  const data = Buffer.alloc(32, 5);

  test("that is made signs, and is named by label and identifier", async () => {
    const pair = await makeKeyPair(token, { token: "keys" }, curve, `made ${curve}`);
    expect(pair).toMatchObject({
      curve,
      uri: { token: "keys", object: `made ${curve}`, type: "private" },
      missingOrigin: [],
    });
    expect(pair.uri.id).toMatch(/^[0-9a-f]{32}$/);
    const signature = await signInToken(token, pair.uri, curve, data);
    expect(verify(curve, signature, data, pair.publicKey)).toBe(true);
    expect(await readKeyPair(token, { object: `made ${curve}` })).toEqual({
      ...pair,
      uri: { object: `made ${curve}`, id: pair.uri.id!, type: "private" },
    });
  });

  test("that is made cannot be read out", async () => {
    await makeKeyPair(token, {}, curve, `kept ${curve}`);
    expect(listed(`kept ${curve}`)).toMatch(/Access: +sensitive, always sensitive, never extractable, local/);
  });

  test("that somebody else made is taken", async () => {
    generate(nameOf[curve], `taken ${curve}`, curve === "secp256k1" ? "a1" : "a2", "--usage-sign");
    const pair = await readKeyPair(token, { object: `taken ${curve}` });
    expect(pair.curve).toBe(curve);
    const signature = await signInToken(token, pair.uri, curve, data);
    expect(verify(curve, signature, data, pair.publicKey)).toBe(true);
  });

  test("that could be read out is refused", async () => {
    generate(nameOf[curve], `open ${curve}`, curve === "secp256k1" ? "b1" : "b2", "--extractable");
    expect(await refused(() => readKeyPair(token, { object: `open ${curve}` }))).toMatchObject({
      code: "UNSAFE_KEY",
      message: `The private key with the label "open ${curve}" could be read out of the token.`,
    });
  });
});

describe("a key pair that was put into the token", () => {
  const file = software.path("key");
  // In DER: an ECPrivateKey (RFC 5915) and a SubjectPublicKeyInfo (RFC 5480) on secp256k1.
  const { secretKey, publicKey } = secp256k1.keygen();
  const der = {
    privkey: `302e0201010420${Buffer.from(secretKey).toString("hex")}a00706052b8104000a`,
    pubkey: `3056301006072a8648ce3d020106052b8104000a034200${secp256k1.Point.fromBytes(publicKey).toHex(false)}`,
  };
  const write = (kind: keyof typeof der, label: string, ...more: readonly string[]): void => {
    writeFileSync(file, Buffer.from(der[kind], "hex"));
    const name = ["--label", label, "--id", label.length.toString(16).padStart(2, "0")];
    software.toolWithoutPin("keys", "--write-object", file, "--type", kind, ...name, ...more);
  };

  const plant = (label: string, id: string): void => {
    const program = join(import.meta.dir, "plant-private-key.ts");
    const key = Buffer.from(secretKey).toString("hex");
    software.run(process.execPath, program, "keys", label, id, key);
  };

  test("without the PIN is refused: its address would be somebody else's", async () => {
    plant("planted", "91");
    expect(await refused(() => readKeyPair(token, { object: "planted" }))).toMatchObject({
      code: "UNSAFE_KEY",
      message:
        'The private key with the label "planted" needs no PIN (CKA_PRIVATE is not set): anybody who reaches the token could have put it there.',
    });
  });

  test("with the PIN is taken, and what speaks for its coming from the token is missing", async () => {
    write("privkey", "brought in", "--sensitive", "--private", "--login", "--pin", PIN);
    write("pubkey", "brought in");
    expect((await readKeyPair(token, { object: "brought in" })).missingOrigin).toEqual([
      "CKA_LOCAL",
      "CKA_ALWAYS_SENSITIVE",
      "CKA_NEVER_EXTRACTABLE",
    ]);
  });

  test("without the PIN does not stand in the way of the key of that name", async () => {
    const { uri } = await makeKeyPair(token, { object: "own", id: "92" }, "secp256k1", "unused");
    plant("own", "92");
    const digest = Buffer.alloc(32, 9);
    expect(await signInToken(token, uri, "secp256k1", digest)).toHaveLength(64);
  });
});

describe("a key pair in a token", () => {
  test("is not made where a key of that name is", async () => {
    await makeKeyPair(token, { object: "there" }, "secp256k1", "unused");
    const error = await refused(() => makeKeyPair(token, { object: "there" }, "ed25519", "unused"));
    expect(error).toMatchObject({
      code: "KEY_EXISTS",
      message: 'The token holds a private key with the label "there" already.',
    });
  });

  test("that wants its PIN at every signature is refused", async () => {
    generate("EC:secp256k1", "always", "c1", "--always-auth");
    expect(await refused(() => readKeyPair(token, { object: "always" }))).toMatchObject({
      code: "NOT_SUPPORTED",
      message: "The key wants its PIN at every signature (CKA_ALWAYS_AUTHENTICATE); a daemon cannot give it.",
    });
  });

  test("of another curve is refused", async () => {
    generate("EC:prime256v1", "p256", "d1");
    expect(await refused(() => readKeyPair(token, { object: "p256" }))).toMatchObject({
      code: "NOT_SUPPORTED",
      message: 'The key "p256" is neither one of secp256k1 nor of Ed25519.',
    });
  });

  test("without its public part is refused", async () => {
    generate("EC:secp256k1", "half", "e1");
    software.tool("keys", "--login", "--delete-object", "--type", "pubkey", "--label", "half");
    expect(await refused(() => readKeyPair(token, { object: "half" }))).toMatchObject({
      code: "NO_KEY",
      message: 'The token holds no public key beside the private key "half".',
      hint: "Put the public key into the token with the same identifier (CKA_ID).",
    });
  });

  test("is told apart from others with its label by its identifier", async () => {
    generate("EC:secp256k1", "same", "f1");
    generate("EC:secp256k1", "same", "f2");
    expect((await refused(() => readKeyPair(token, { object: "same" }))).code).toBe("SEVERAL_KEYS");
    const [one, two] = [
      await readKeyPair(token, { id: "f1" }),
      await readKeyPair(token, { object: "same", id: "f2" }),
    ];
    expect(one.publicKey).not.toEqual(two.publicKey);
    const digest = Buffer.alloc(32, 9);
    expect(
      verify("secp256k1", await signInToken(token, two.uri, "secp256k1", digest), digest, two.publicKey),
    ).toBe(true);
  });

  test("that is not there, or not named, is told", async () => {
    expect(await refused(() => readKeyPair(token, { object: "none", id: "00" }))).toMatchObject({
      code: "NO_KEY",
      message: 'The token holds no private key with the label "none" and with the identifier 00.',
    });
    expect((await refused(() => readKeyPair(token, { token: "keys" }))).code).toBe("NOT_CONFIGURED");
  });

  test("of secp256k1 signs digests of 32 bytes and nothing else", async () => {
    const { uri } = await makeKeyPair(token, {}, "secp256k1", "digests");
    for (const length of [0, 31, 33, 64])
      expect(await refused(() => signInToken(token, uri, "secp256k1", Buffer.alloc(length)))).toMatchObject({
        code: "NOT_SUPPORTED",
        message: `A secp256k1 key signs 32 bytes, not ${length}.`,
      });
  });
});

import { describe, expect, test } from "bun:test";
import {
  assert,
  constantFrom,
  option,
  property,
  record,
  string,
  stringMatching,
  uint8Array,
} from "fast-check";
import { formatPkcs11Uri, type Pkcs11Uri, parsePkcs11Uri } from "../../../providers/pkcs11/uri.ts";
import { refused } from "./refused.ts";

describe("a PKCS#11 URI", () => {
  test.each<[string, Pkcs11Uri]>([
    // RFC 7512, 3: the examples, without those that name no key or a PIN.
    ["pkcs11:", {}],
    ["pkcs11:object=my-pubkey;type=public", { object: "my-pubkey", type: "public" }],
    [
      "pkcs11:object=my-key;type=private?pin-source=file:/etc/token",
      { object: "my-key", type: "private", pinSource: "file:/etc/token" },
    ],
    [
      "pkcs11:token=The%20Software%20PKCS%2311%20Softtoken;manufacturer=Snake%20Oil,%20Inc.;model=1.0;object=my-certificate;type=private;id=%69%95%3E%5C%F4%BD%EC%91;serial=7?pin-source=file:/etc/token_pin",
      {
        token: "The Software PKCS#11 Softtoken",
        manufacturer: "Snake Oil, Inc.",
        model: "1.0",
        object: "my-certificate",
        type: "private",
        id: "69953e5cf4bdec91",
        serial: "7",
        pinSource: "file:/etc/token_pin",
      },
    ],
    ["pkcs11:slot-description=Sun%20Metaslot", {}],
    ["pkcs11:library-manufacturer=Snake%20Oil;library-version=3;slot-id=327", { slotId: 327 }],
    [
      "pkcs11:object=my-sign-key;type=secret-key?module-path=/mnt/libmypkcs11.so.1",
      {
        object: "my-sign-key",
        type: "secret-key",
        modulePath: "/mnt/libmypkcs11.so.1",
      },
    ],
    ["pkcs11:token=%C3%A9t%C3%A9", { token: "été" }],
    ["pkcs11:id=%00%ff%3Ba", { id: "00ff3b61" }],
    ["PKCS11:token=a", { token: "a" }],
    ["pkcs11:token=a?module-name=opensc&x-vendor=1", { token: "a" }],
  ])("is read: %s", (text, uri) => {
    expect(parsePkcs11Uri(text)).toEqual(uri);
  });

  test.each([
    ["token=a", "it does not begin with pkcs11:"],
    ["pkcs11:token=a?b=1?c=2", "it has two question marks"],
    ["pkcs11:token", "a part of it is not name=value"],
    ["pkcs11:=a", "a part of it is not name=value"],
    ["pkcs11:token=a;token=b", "it says token twice"],
    ["pkcs11:?module-path=/a&module-path=/b", "it says module-path twice"],
    ["pkcs11:tokn=a", "it holds an attribute that RFC 7512 does not know"],
    ["pkcs11:__proto__=a", "it holds an attribute that RFC 7512 does not know"],
    ["pkcs11:Token=a", "it holds an attribute that RFC 7512 does not know"],
    ["pkcs11:x-vendor=a", "it holds an attribute that RFC 7512 does not know"],
    ["pkcs11:token=%zz", "its token is not percent-encoded UTF-8"],
    ["pkcs11:token=%ff", "its token is not percent-encoded UTF-8"],
    ["pkcs11:token=", "its token is empty or holds a zero byte"],
    ["pkcs11:object=a%00b", "its object is empty or holds a zero byte"],
    ["pkcs11:id=%0", "its id is not percent-encoded"],
    ["pkcs11:slot-id=x", "its slot-id is not a number"],
    ["pkcs11:type=cert", "its type is not one of a key"],
  ])("is refused: %p", async (text, why) => {
    expect(await refused(() => parsePkcs11Uri(text))).toMatchObject({
      code: "NOT_CONFIGURED",
      message: `The PKCS#11 URI cannot be read: ${why}.`,
    });
  });

  test("has its bounds", async () => {
    expect(await refused(() => parsePkcs11Uri(`pkcs11:token=${"a".repeat(4096)}`))).toMatchObject({
      message: "The PKCS#11 URI cannot be read: it is longer than 4096 characters.",
    });
  });

  test.each(["pkcs11:token=a?pin-value=canary", "pkcs11:token=a;pin-value=canary", "pkcs11:pin=canary"])(
    "that holds a PIN is refused without repeating it: %s",
    async (text) => {
      const { message, hint } = await refused(() => parsePkcs11Uri(text));
      expect(`${message} ${hint}`).not.toContain("canary");
    },
  );

  test("says where the PIN belongs when it holds one", async () => {
    expect(await refused(() => parsePkcs11Uri("pkcs11:token=a?pin-value=1234"))).toMatchObject({
      code: "NOT_CONFIGURED",
      message: "The PKCS#11 URI holds a PIN, which others could see.",
    });
  });

  test("is read as it was written, whatever the names hold", () => {
    const text = string({ unit: "binary", minLength: 1, maxLength: 32 }).filter(
      (name) => !name.includes("\0"),
    );
    const uris = record(
      {
        token: text,
        manufacturer: text,
        model: text,
        serial: text,
        slotId: constantFrom(0, 1, 803370858),
        object: text,
        id: uint8Array({ maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex")),
        type: constantFrom("private", "public", "secret-key"),
        modulePath: stringMatching(/^\/[ -~]{1,40}$/),
        pinSource: option(text, { nil: "file:/run/pin" }),
      },
      { requiredKeys: [] },
    );
    assert(property(uris, (uri) => expect(parsePkcs11Uri(formatPkcs11Uri(uri))).toEqual(uri)));
  });
});

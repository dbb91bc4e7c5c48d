/** Which token a URI means. */
import { afterAll, afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Tokens, TokensSettings } from "../../../providers/pkcs11/tokens.ts";
import type { Pkcs11Uri } from "../../../providers/pkcs11/uri.ts";
import { Secret } from "../../../providers/secret.ts";
import { refused } from "./refused.ts";
import { PIN, SoftTokens, softHsmModule } from "./soft-token.ts";

setDefaultTimeout(60_000);

const software = new SoftTokens("alone", "twin", "twin");
software.initialize("other PIN", "918273");
software.initialize("ümläut; 100%");
const [twinOne, twinTwo] = software.serials("twin") as [string, string];
const opened: Tokens[] = [];

function open(settings: Partial<TokensSettings> = {}): Tokens {
  const tokens = software.open(settings);
  opened.push(tokens);
  return tokens;
}

const logIn = (uri: Pkcs11Uri) => open().get(uri).logIn();

afterEach(() => {
  for (const tokens of opened.splice(0)) tokens.close();
});
afterAll(() => software.remove());

describe("a PKCS#11 token", () => {
  test.each<[string, Pkcs11Uri]>([
    ["its label", { token: "alone" }],
    ["a label of any letters", { token: "ümläut; 100%" }],
    ["its serial number", { serial: twinOne }],
    ["label and serial number", { token: "twin", serial: twinTwo }],
    [
      "label, manufacturer and model",
      { token: "alone", manufacturer: "SoftHSM project", model: "SoftHSM v2" },
    ],
  ])("is found by %s", async (_, uri) => {
    await logIn(uri);
  });

  test.each<[string, Pkcs11Uri]>([
    ["label", { token: "nobody" }],
    ["a part of a label", { token: "alon" }],
    ["model", { token: "alone", model: "another" }],
    ["slot", { token: "alone", slotId: 3 }],
  ])("is not taken when the %s does not fit", async (_, uri) => {
    expect((await refused(() => logIn(uri))).code).toBe("NO_TOKEN");
  });

  test("is not chosen among several: the error names their serial numbers", async () => {
    const error = await refused(() => logIn({ token: "twin" }));
    expect(error).toMatchObject({
      code: "SEVERAL_TOKENS",
      message: '2 PKCS#11 tokens match with the label "twin".',
    });
    expect(error.hint).toContain(twinOne);
    expect(error.hint).toContain(twinTwo);
  });

  test("is the same for every key in it, and has one PIN", async () => {
    const asked: (string | undefined)[] = [];
    const pin = async ({ token }: Pkcs11Uri): Promise<Secret> => {
      asked.push(token);
      return new Secret(token === "alone" ? PIN : "918273");
    };
    const tokens = open({ pin });
    expect(tokens.get({ token: "alone", object: "a" })).toBe(tokens.get({ token: "alone", id: "00" }));
    for (const object of ["a", "b"]) {
      await tokens.get({ token: "alone", object }).logIn();
      await tokens.get({ token: "other PIN", object }).logIn();
    }
    expect(asked).toEqual(["alone", "other PIN"]);
  });
});

describe("the module of a token", () => {
  test("is that of this machine, whatever the URI says", async () => {
    await open().get({ token: "alone", modulePath: "/somewhere/else.so" }).logIn();
  });

  test("is that of the URI where the machine says nothing", async () => {
    await open({ modulePath: undefined }).get({ token: "alone", modulePath: softHsmModule }).logIn();
  });

  test.each([undefined, "libsofthsm2.so"])("has an absolute path, and not %p", async (modulePath) => {
    const tokens = open({ modulePath: undefined });
    const error = await refused(() =>
      tokens.get({ token: "alone", ...(modulePath !== undefined && { modulePath }) }),
    );
    expect(error).toMatchObject({
      code: "NOT_CONFIGURED",
      message: "The PKCS#11 URI does not name the vendor's module by an absolute path.",
    });
  });
});

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { stringifyExactJson } from "../../../../chains/codec/exact-json.ts";
import { parseImportedWallets } from "../../../../src/vault/import/imported-wallets.ts";
import { caught } from "../caught.ts";

const ids = (text: string) => parseImportedWallets(text).map(({ signatureId }) => signatureId);
const records = (text: string) => parseImportedWallets(text).map(({ record }) => record);

describe("imported entries keep", () => {
  test("their order, also with signature IDs that look like numbers", () => {
    expect(ids('{"b":{},"2":{},"a":{},"1":{},"__proto__":{}}')).toEqual(["b", "2", "a", "1", "__proto__"]);
  });

  test("integers with all digits", () => {
    expect(records('{"a":{"n":123456789012345678901234567890}}')).toEqual([
      { n: 123456789012345678901234567890n },
    ]);
  });

  test("numbers that no double holds", () => {
    expect(
      records('{"a":{"n":[1e400,0.10000000000000000001]}}').map((record) => stringifyExactJson(record)),
    ).toEqual([`{"n":[1${"0".repeat(400)},0.10000000000000000001]}`]);
  });

  test("unknown fields and odd values", () => {
    expect(records('{"a":{"x":[1,{"y":null}],"chain":5,"":"}{,:\\"\\\\"}}')).toEqual([
      { x: [1, { y: null }], chain: 5, "": '}{,:"\\' },
    ]);
  });

  test("whatever they hold, however the text is laid out", () => {
    const record = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });
    const wallets = fc.uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 128 }), record), {
      selector: ([signatureId]) => signatureId,
    });
    fc.assert(
      fc.property(wallets, fc.constantFrom(undefined, 1, 2), (entries, indent) => {
        const members = entries.map(
          ([id, value]) => `${JSON.stringify(id)} : ${stringifyExactJson(value, indent)}`,
        );
        const read = parseImportedWallets(`{ ${members.join(" ,\n")} }`);
        expect(read.map(({ signatureId }) => signatureId)).toEqual(entries.map(([id]) => id));
        // The same numbers, though `1e21` is written as digits.
        expect(read.map((wallet) => JSON.parse(stringifyExactJson(wallet.record)))).toEqual(
          entries.map(([, value]) => JSON.parse(stringifyExactJson(value))),
        );
      }),
    );
  });
});

describe("of imported wallets, refused with the name of the entry is", () => {
  test.each([
    ["a list", "[]", "a JSON object"],
    ["null", "null", "a JSON object"],
    ["an entry that is text", '{"a":{},"b":"x"}', 'the entry "b"'],
    ["an entry that is null", '{"b":null}', 'the entry "b"'],
    ["an entry that is a list", '{"b":[]}', 'the entry "b"'],
    ["an empty signature ID", '{"":{}}', "0 characters"],
    ["a signature ID of 129 characters", `{"${"x".repeat(129)}":{}}`, "129 characters"],
    ["a signature ID twice", '{"a":{},"b":{},"\\u0061":{}}', 'the signature ID "a" twice'],
    ["a field twice", '{"a":{"k":"1","k":"2"}}', 'the entry "a" has the field "k" twice'],
    ["a number beyond all that is read exactly", '{"a":{"k":[1e4000]}}', 'the entry "a"'],
  ])("%s", async (_name, text, named) => {
    const error = await caught(() => parseImportedWallets(text));
    expect([error.code, error.message]).toEqual(["IMPORT_DAMAGED", expect.stringContaining(named)]);
  });
});

test("an import that is not JSON is a syntax error", () => {
  for (const text of ["", "{", '{"a":{}} x', "[".repeat(1_000_000)]) {
    expect(() => parseImportedWallets(text)).toThrow(SyntaxError);
  }
});

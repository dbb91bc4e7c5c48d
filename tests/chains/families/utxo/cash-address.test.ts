import { describe, expect, test } from "bun:test";
import { encodeCashAddressFormat } from "@bitauth/libauth";
import { hex } from "@scure/base";
import { decodeCashAddress, encodeCashAddress } from "../../../../chains/families/utxo/cash-address.ts";

// https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/cashaddr.md#larger-test-vectors
const file = Bun.file(new URL("cash-address.csv", import.meta.url));
const vectors = (await file.text()).trim().split("\n").slice(1);

test.each(vectors.map((row) => row.split(",") as [string, string, string]))(
  "the vector of the specification with type %s: %s",
  (type, address, hash) => {
    const [prefix = ""] = address.split(":");
    const content = { prefix, type: Number(type), hash: hex.decode(hash) };
    expect(encodeCashAddress(content)).toBe(address);
    expect(decodeCashAddress(address, "another")).toEqual(content);
    expect(decodeCashAddress(address.toUpperCase(), "another")).toEqual(content);
  },
);

const address = "bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2";
const [, body = ""] = address.split(":");

test("an address without its prefix is read with the default one", () => {
  expect(decodeCashAddress(body, "bitcoincash")).toEqual(decodeCashAddress(address, "bchtest"));
  expect(decodeCashAddress(body, "bchtest")).toBeUndefined();
});

describe("no cash address is", () => {
  // The specification gives the first five as texts with a right checksum, but without a valid payload.
  test.each([
    "prefix:x64nx6hz",
    "p:gpf8m4h7",
    "bitcoincash:qpzry9x8gf2tvdw0s3jn54khce6mua7lcw20ayyn",
    "bchtest:testnetaddress4d6njnut",
    "bchreg:555555555555555555555555555555555555555555555udxmlmrz",
    `${address.slice(0, -1)}3`,
    `bchtest:${body}`,
    `:${body}`,
    `bitcoincash:bitcoincash:${body}`,
    `bitcoin-cash:${body}`,
    `bitcoincash:${body.toUpperCase()}`,
    `${address} `,
    body.replace("q", "b"),
    body.slice(1),
    "bitcoincash:",
    "",
  ])("%p", (text) => {
    expect(decodeCashAddress(text, "bitcoincash")).toBeUndefined();
  });
});

test("the highest bit of the version byte is refused: it has no meaning yet", () => {
  const content = { prefix: "bitcoincash", payload: new Uint8Array(20), throwErrors: true } as const;
  const known = encodeCashAddressFormat({ ...content, version: 0x00 }).address;
  const unknown = encodeCashAddressFormat({ ...content, version: 0x80 }).address;
  expect(decodeCashAddress(known, "bitcoincash")).toBeDefined();
  expect(decodeCashAddress(unknown, "bitcoincash")).toBeUndefined();
});

test.each([
  [0, 21],
  [16, 20],
  [-1, 20],
])("there is no address of type %d with %d bytes", (type, length) => {
  const content = { prefix: "bitcoincash", type, hash: new Uint8Array(length) };
  expect(() => encodeCashAddress(content)).toThrow(RangeError);
});

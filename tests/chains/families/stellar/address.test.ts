import { describe, expect, test } from "bun:test";
import { hexToBytes } from "@noble/curves/utils.js";
import { decodeStrkey, encodeStrkey } from "../../../../chains/families/stellar/address.ts";

/** https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0023.md#valid-test-cases */
const PUBLIC_KEY = hexToBytes("3f0c34bf93ad0d9971d04ccc90f705511c838aad9734a4a2fb0d7a03fc7fe89a");
const ADDRESS = "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ";
const MUXED = "MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ";

describe("strkeys of SEP-23", () => {
  test("an account ID is written and read as published", () => {
    expect(encodeStrkey("account ID", PUBLIC_KEY)).toBe(ADDRESS);
    expect(decodeStrkey("account ID", ADDRESS)).toEqual(PUBLIC_KEY);
  });

  test("a muxed account with the id 0 is written as published", () => {
    expect(encodeStrkey("muxed account", Uint8Array.from([...PUBLIC_KEY, ...new Uint8Array(8)]))).toBe(MUXED);
  });

  test.each([
    ["a wrong checksum", `${ADDRESS.slice(0, -1)}A`, "invalid checksum"],
    ["a length congruent to 1 mod 8", `${ADDRESS}A`, "base32"],
    ["a shorter key", "GAAAAAAAACGC6", "bytes instead of 32"],
    ["padding", `${ADDRESS}====`, "base32"],
    ["lower case", ADDRESS.toLowerCase(), "base32"],
    ["a muxed account", MUXED, "invalid version byte. expected 48, got 96"],
    ["nothing", "", "base32"],
  ])("%s is refused", (_, text, problem) => {
    expect(() => decodeStrkey("account ID", text)).toThrow(problem);
  });
});

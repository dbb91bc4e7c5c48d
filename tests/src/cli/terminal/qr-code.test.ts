import { describe, expect, test } from "bun:test";
import { qrCode } from "../../../../src/cli/terminal/qr-code.ts";
import { readQrCode } from "./read-qr-code.ts";

/** Shapes of addresses: BTC, ETH, SOL, XLM, EGLD, BCH, ADA; with the fewest columns of their codes. */
const addresses: readonly (readonly [columns: number, address: string])[] = [
  [33, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
  [33, "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"],
  [33, "7S3P4HxJpyyigGzodYwHtCxZyUQe9JiBMHyRWXArAaKv"],
  [33, "GAIH3ULLFQ4DGSECF2AR555KZ4KNDGEKN4AFI4SU2M7B43MGK3QJZNSR"],
  [37, "erd1qqqqqqqqqqqqqpgqhe8t5jewej70zupmh44jurgn29psua5l2jps3ntjj3"],
  [37, "bitcoincash:qpm2qsznhks23z7629mms6s5cwef74vcwvy22gdx6a"],
  [
    41,
    "addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3jcu5d8ps7zex2k2xt3uqxgjqnnj83ws8lhrn648jjxtwq2ytjqp",
  ],
];

describe.each(addresses)("the code of an address, of %i columns or more: %s", (fewest, address) => {
  test("is read on a light and on a dark terminal, with colours and without", () => {
    for (const columns of [fewest, 80]) {
      const coloured = qrCode(address, columns, true).text;
      expect(readQrCode(coloured, "light")).toBe(address);
      expect(readQrCode(coloured, "dark")).toBe(address);
      expect(readQrCode(qrCode(address, columns, false).text, "dark")).toBe(address);
    }
  });

  test("fits where it says that it does, each line as wide as the others", () => {
    for (const columns of [fewest - 1, fewest, 80]) {
      const code = qrCode(address, columns, true);
      const widths = code.text
        .trimEnd()
        .split("\n")
        .map((line) => Bun.stringWidth(line));
      expect(new Set(widths)).toEqual(new Set([code.columns]));
      expect(code.columns <= columns).toBe(columns >= fewest);
    }
  });
});

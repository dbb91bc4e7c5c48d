import { createCipheriv, createHash } from "node:crypto";

/** Writes the original's format, to test what it would hardly have written. */
export function encryptOriginalFile(
  plainText: Uint8Array | string,
  password = "p",
  padding?: Uint8Array,
): string {
  const salt = Buffer.from("12345678");
  const blocks: Buffer[] = [];
  for (let previous = Buffer.alloc(0); blocks.length < 3; blocks.push(previous)) {
    previous = createHash("md5")
      .update(Buffer.concat([previous, Buffer.from(password), salt]))
      .digest();
  }
  const cipher = createCipheriv("aes-256-cbc", Buffer.concat(blocks.slice(0, 2)), blocks[2]!);
  cipher.setAutoPadding(padding === undefined);
  const input = Buffer.concat([Buffer.from(plainText), padding ?? Buffer.alloc(0)]);
  return Buffer.concat([Buffer.from("Salted__"), salt, cipher.update(input), cipher.final()]).toString(
    "base64",
  );
}

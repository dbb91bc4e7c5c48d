/**
 * The vault file of tatum-kms 8 and older: the "Salted__" format of OpenSSL's `enc` command
 * (https://docs.openssl.org/master/man1/openssl-enc/), that is AES-256-CBC with key and initialisation vector from
 * EVP_BytesToKey (MD5, one round), in base64. It has neither key stretching nor authentication. This program never writes
 * it.
 */
import { createDecipheriv, createHash } from "node:crypto";
import type { Secret } from "../../../providers/secret.ts";
import { KmsError } from "../../errors.ts";
import { type ImportedWallet, parseImportedWallets } from "./imported-wallets.ts";

const MAGIC = "Salted__";
const HEADER_LENGTH = 16;
const BLOCK_LENGTH = 16;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * The wallets, newest first. A file of no bytes holds none.
 *
 * @param content The bytes of the file. White space and a byte order mark do not count.
 * @param password Used as its UTF-8 bytes exactly as given; may be empty.
 * @throws KmsError `IMPORT_DAMAGED` when no version wrote such a file; `IMPORT_UNREADABLE` when it does not open: a
 * wrong password and a damaged file cannot be told apart
 */
export function readOriginalWalletFile(content: Uint8Array, password: Secret): ImportedWallet[] {
  const text = Buffer.from(content)
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .replace(/[ \t\r\n]+/g, "");
  if (text === "") return [];
  const bytes = decode(text);
  const salt = bytes.subarray(MAGIC.length, HEADER_LENGTH);
  const plainText = decrypt(bytes.subarray(HEADER_LENGTH), salt, password);
  try {
    return parseImportedWallets(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plainText));
  } catch (error) {
    // The causes are left out: their messages may quote what was decrypted.
    throw error instanceof KmsError ? error : unreadable();
  } finally {
    plainText.fill(0);
  }
}

function decode(text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (!BASE64.test(text) || bytes.toString("base64") !== text) throw damaged("it is not base64");
  if (bytes.subarray(0, MAGIC.length).toString("latin1") !== MAGIC)
    throw damaged(`it does not begin with ${MAGIC}`);
  const cipherTextLength = bytes.length - HEADER_LENGTH;
  if (cipherTextLength < BLOCK_LENGTH || cipherTextLength % BLOCK_LENGTH !== 0) {
    throw damaged("its length is wrong, as if a part of it were missing");
  }
  return bytes;
}

function decrypt(cipherText: Uint8Array, salt: Uint8Array, password: Secret): Uint8Array {
  const { key, initialisationVector } = bytesToKey(Buffer.from(password.reveal(), "utf8"), salt);
  const decipher = createDecipheriv("aes-256-cbc", key, initialisationVector);
  try {
    return Buffer.concat([decipher.update(cipherText), decipher.final()]);
  } catch {
    throw unreadable();
  } finally {
    key.fill(0);
  }
}

/** EVP_BytesToKey of OpenSSL with MD5 and one round. */
function bytesToKey(password: Uint8Array, salt: Uint8Array) {
  const blocks: Buffer[] = [];
  let block = Buffer.alloc(0);
  while (blocks.length < 3) {
    block = createHash("md5").update(block).update(password).update(salt).digest();
    blocks.push(block);
  }
  const derived = Buffer.concat(blocks);
  return { key: derived.subarray(0, 32), initialisationVector: derived.subarray(32) };
}

function damaged(what: string): KmsError {
  return new KmsError("IMPORT_DAMAGED", `The wallet file to import is damaged: ${what}.`, {
    hint: "Take an undamaged copy of the file.",
  });
}

function unreadable(): KmsError {
  return new KmsError(
    "IMPORT_UNREADABLE",
    "The wallet file to import does not open: wrong password, or the file is damaged.",
    {
      hint: "The original format cannot tell the two apart. The password has to be exactly the one it was made with.",
    },
  );
}

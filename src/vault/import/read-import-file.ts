import { readFile, stat } from "node:fs/promises";
import type { Secret } from "../../../providers/secret.ts";
import { KmsError } from "../../errors.ts";
import { explainFileError } from "../../file-error.ts";
import { fileKindAt } from "../../store/sqlite/vault-file.ts";
import { type ImportedWallet, parseImportedWallets } from "./imported-wallets.ts";
import { readOriginalWalletFile } from "./original-wallet-file.ts";

/** In bytes; a million wallets in the original's file. */
const LARGEST_FILE = 512 * 1024 * 1024;

/**
 * Reads wallets from a file of another program or vault, newest first: the original's wallet file, or the JSON that
 * `export` prints. The file is only read.
 *
 * @param askPassword Is called for the original's file only.
 * @throws KmsError `CANNOT_READ`, `IMPORT_DAMAGED`, `IMPORT_UNREADABLE`
 */
export async function readImportFile(
  path: string,
  askPassword: () => Promise<Secret>,
): Promise<ImportedWallet[]> {
  const kind = await fileKindAt(path);
  if (kind === "missing") throw new KmsError("CANNOT_READ", `There is no file ${path} to import.`);
  if (kind === "empty") return [];
  if (kind === "vault") {
    throw new KmsError(
      "IMPORT_DAMAGED",
      `The file ${path} is a vault of this program, which cannot be imported.`,
      {
        hint: "Use it with --path, or export it and import what was printed.",
      },
    );
  }
  const content = await read(path);
  return kind === "original" ? readOriginalWalletFile(content, await askPassword()) : readJson(content);
}

async function read(path: string): Promise<Uint8Array> {
  try {
    const stats = await stat(path);
    if (stats.isFile() && stats.size <= LARGEST_FILE) return await readFile(path);
  } catch (error) {
    throw explainFileError("CANNOT_READ", `The file ${path} cannot be read`, error);
  }
  throw new KmsError("CANNOT_READ", `${path} is not a file of at most ${LARGEST_FILE} bytes.`);
}

function readJson(content: Uint8Array): ImportedWallet[] {
  try {
    return parseImportedWallets(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (error) {
    if (error instanceof KmsError) throw error;
    // The cause is left out: its message may quote a key.
    throw new KmsError(
      "IMPORT_DAMAGED",
      "The file to import is neither a wallet file of tatum-kms 8 nor the JSON that the export command prints.",
    );
  }
}

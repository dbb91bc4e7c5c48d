/** Files whose wallets are taken over: the original's wallet file, or the JSON that `export` prints. */
import type { Secret } from "../../../providers/secret.ts";
import { exposure, FileRefused, readTrustedFile } from "../../../providers/support/trusted-file.ts";
import type { AccessRules } from "../../../providers/support/trusted-folder.ts";
import { KmsError } from "../../errors.ts";
import { ownerOnly } from "../../store/sqlite/access.ts";
import { fileKindOf } from "../../store/sqlite/vault-file.ts";
import { type ImportedWallet, parseImportedWallets } from "./imported-wallets.ts";
import { readOriginalWalletFile } from "./original-wallet-file.ts";

/** In bytes; a million wallets in the original's file. */
const LARGEST_FILE = 512 * 1024 * 1024;

/** The passwords to try on a file that needs one, in this order. Asked for the original's file only. */
export type Passwords = () => AsyncIterable<Secret> | Iterable<Secret>;

export interface ImportOptions {
  /** Who but its owner may have access to the file and its folder. */
  readonly access?: AccessRules;
  /** Is told when other users can read the wallets of the file. */
  warn?(text: string): void;
}

/**
 * The wallets of a file, newest first. The file, or a pipe, is only read, and only once.
 *
 * @throws KmsError `CANNOT_READ`, also for a file that somebody else could have written; `IMPORT_DAMAGED`;
 * `IMPORT_UNREADABLE` when none of the passwords opens it
 */
export async function readImportFile(
  path: string,
  passwords: Passwords,
  options: ImportOptions = {},
): Promise<ImportedWallet[]> {
  const { bytes, exposed } = readContent(path, options);
  const wallets = await walletsIn(path, bytes, passwords);
  if (wallets.length > 0 && exposed !== undefined) options.warn?.(exposed);
  return wallets;
}

async function walletsIn(path: string, content: Uint8Array, passwords: Passwords): Promise<ImportedWallet[]> {
  switch (fileKindOf(content)) {
    case "empty":
      return [];
    case "vault":
      throw new KmsError(
        "IMPORT_DAMAGED",
        `The file ${path} is a vault of this program, which cannot be imported.`,
        { hint: "Use it with --path, or export it and import what was printed." },
      );
    case "original":
      return openOriginal(content, passwords);
    default:
      return readJson(content);
  }
}

interface Content {
  readonly bytes: Uint8Array;
  /** Who else can read it. */
  readonly exposed: string | undefined;
}

function readContent(path: string, { access = ownerOnly }: ImportOptions): Content {
  const source = `The file ${path}`;
  try {
    const use = { source, maximumBytes: LARGEST_FILE, allowGroup: access.allowGroup };
    const { bytes, status } = readTrustedFile(path, use);
    return { bytes, exposed: exposure(source, path, status) };
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    const message = error.reason === "missing" ? `There is no file ${path} to import.` : error.message;
    throw new KmsError("CANNOT_READ", message, error.hint === undefined ? {} : { hint: error.hint });
  }
}

async function openOriginal(content: Uint8Array, passwords: Passwords): Promise<ImportedWallet[]> {
  let first: KmsError | undefined;
  for await (const password of passwords()) {
    try {
      return readOriginalWalletFile(content, password);
    } catch (error) {
      if (!(error instanceof KmsError) || error.code !== "IMPORT_UNREADABLE") throw error;
      first ??= error;
    }
  }
  throw first ?? new KmsError("IMPORT_UNREADABLE", "The file needs a password, and there is none.");
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

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseExactJson } from "../../../chains/codec/exact-json.ts";
import type { WalletEntry } from "../../../src/vault/wallet-changes.ts";

const folder = join(import.meta.dir, "../../vectors/vault");

/** A file of tests/vectors/vault; its README tells what the members mean. */
export interface KitFile {
  readonly file: string;
  readonly password: string;
  readonly expect: string;
  readonly names?: string;
  readonly wallets?: readonly WalletEntry[];
  readonly journal?: string;
}

export const kitFiles = parseExactJson(
  readFileSync(join(folder, "kit.json"), "utf8"),
) as unknown as readonly KitFile[];

export const goodKitFiles = kitFiles.filter(({ expect }) => expect === "ok");

/** Unpacks a file of the kit to a path, with its journal if it has one, and the mode a vault has to have. */
export function unpack({ file, journal }: KitFile, path: string): string {
  const write = (name: string, to: string) =>
    writeFileSync(to, gunzipSync(readFileSync(join(folder, `${name}.gz`))), { mode: 0o600 });
  write(file, path);
  rmSync(`${path}-journal`, { force: true });
  if (journal !== undefined) write(journal, `${path}-journal`);
  return path;
}

/** The kit of vault files, tests/vectors/vault; its README tells what the members mean. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parseExactJson } from "../../../chains/codec/exact-json.ts";
import type { Said } from "../../../scripts/vault-kit/kit.ts";
import type { WalletEntry } from "../../../src/vault/wallet-changes.ts";

const folder = join(import.meta.dir, "../../vectors/vault");

export interface KitFile {
  readonly format: 1 | 2;
  readonly file: string;
  readonly password: string;
  readonly expect: string;
  readonly names?: string;
  readonly wallets?: readonly WalletEntry[];
  readonly journal?: string;
  readonly says?: Said;
}

/** A text of the kit's folder, parsed. */
export const readKitJson = (name: string): unknown =>
  parseExactJson(readFileSync(join(folder, name), "utf8"));

/** All files of both formats. */
export const kitFiles: readonly KitFile[] = ([1, 2] as const).flatMap((format) =>
  (readKitJson(`format-${format}/kit.json`) as Omit<KitFile, "format">[]).map((file) => ({
    ...file,
    format,
  })),
);

export const goodKitFiles = kitFiles.filter(({ expect }) => expect === "ok");

/** Unpacks a file of the kit to a path, with its journal if it has one, and the mode a vault has to have. */
export function unpack(
  { format, file, journal }: Pick<KitFile, "format" | "file" | "journal">,
  path: string,
): string {
  const write = (name: string, to: string) => {
    const packed = readFileSync(join(folder, `format-${format}`, `${name}.gz`));
    writeFileSync(to, gunzipSync(packed), { mode: 0o600 });
  };
  write(file, path);
  rmSync(`${path}-journal`, { force: true });
  if (journal !== undefined) write(journal, `${path}-journal`);
  return path;
}

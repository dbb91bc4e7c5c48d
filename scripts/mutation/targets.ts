/** What is mutated, and the tests that have to notice. */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const signingFiles = [
  "approval",
  "broadcast-job",
  "error-reports",
  "job",
  "journal",
  "process-transaction",
  "used-sequences",
];

/** The source files, relative to the project. */
export function targetFiles(root: string): string[] {
  const all = (folder: string): string[] =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name));
  return [...all("src/vault"), ...signingFiles.map((name) => `src/signing/${name}.ts`), ...all("src/store")];
}

/** Tests of a folder that see most of it, for files whose own test is not enough or does not exist; quick ones first. */
const testsOfFolder: Readonly<Record<string, readonly string[]>> = {
  "src/vault": [
    "manifest",
    "wallet-record",
    "vault-file",
    "new-file",
    "imported-wallets",
    "original-wallet-file",
    "import-wallets",
    "vault",
    "vault-shared",
  ].map((name) => `tests/src/vault/${name}.test.ts`),
  "src/store": [
    "tests/src/store/schema.test.ts",
    "tests/src/store/database.test.ts",
    "tests/src/vault/vault.test.ts",
    "tests/src/signing/journal.test.ts",
    "tests/src/vault/vault-shared.test.ts",
  ],
  "src/signing": [],
};

/**
 * Password slots are tested with what Argon2id really gives. In all other tests it only costs time, so there the copy of
 * the project derives with less work.
 */
export const realArgon2Files: readonly string[] = ["src/vault/password-slot.ts"];

/** The tests that belong to a source file, its own first. */
export function testsOf(root: string, file: string): string[] {
  const own = join("tests", dirname(file), `${basename(file, ".ts")}.test.ts`);
  const others = realArgon2Files.includes(file) ? [] : (testsOfFolder[dirname(file)] ?? []);
  const journal = file === "src/signing/job.ts" ? ["tests/src/signing/journal.test.ts"] : [];
  return [...new Set([own, ...others, ...journal])].filter((test) => existsSync(join(root, test)));
}

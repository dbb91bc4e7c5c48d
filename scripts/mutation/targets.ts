/** What is mutated, and the tests that have to notice. */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const FOLDERS = [
  "src/vault",
  "src/vault/key-slots",
  "src/vault/import",
  "src/store/sqlite",
  "src/store/tables",
];

const FILES = [
  "src/journal/job.ts",
  "src/journal/journal.ts",
  "src/journal/sequences.ts",
  "src/signing/broadcast.ts",
  "src/signing/error-reports.ts",
  "src/signing/pipeline.ts",
  "src/signing/policy/four-eye.ts",
];

/** The source files, relative to the project. */
export function targetFiles(root: string): string[] {
  const all = (folder: string): string[] =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name));
  return [...FOLDERS.flatMap(all), ...FILES];
}

const VAULT_TESTS = ["manifest", "wallet-record", "vault", "vault-shared"].map(
  (name) => `tests/src/vault/${name}.test.ts`,
);

const STORE_TESTS = [
  "tests/src/store/sqlite/schema.test.ts",
  "tests/src/store/sqlite/database.test.ts",
  "tests/src/vault/vault.test.ts",
  "tests/src/journal/journal.test.ts",
  "tests/src/vault/vault-shared.test.ts",
];

/** Tests of a folder that see most of it, for files whose own test is not enough or does not exist; quick ones first. */
const testsOfFolder: Readonly<Record<string, readonly string[]>> = {
  "src/vault": VAULT_TESTS,
  "src/vault/key-slots": VAULT_TESTS,
  "src/vault/import": [
    ...["imported-wallets", "original-wallet-file", "import-wallets"].map(
      (name) => `tests/src/vault/import/${name}.test.ts`,
    ),
    ...VAULT_TESTS,
  ],
  "src/store/sqlite": STORE_TESTS,
  "src/store/tables": STORE_TESTS,
};

/**
 * Password slots are tested with what Argon2id really gives. In all other tests it only costs time, so there the copy of
 * the project derives with less work.
 */
export const realArgon2Files: readonly string[] = ["src/vault/key-slots/password-slot.ts"];

/** The tests that belong to a source file, its own first. */
export function testsOf(root: string, file: string): string[] {
  const own = join("tests", dirname(file), `${basename(file, ".ts")}.test.ts`);
  const others = realArgon2Files.includes(file) ? [] : (testsOfFolder[dirname(file)] ?? []);
  const journal = file === "src/journal/job.ts" ? ["tests/src/journal/journal.test.ts"] : [];
  return [...new Set([own, ...others, ...journal])].filter((test) => existsSync(join(root, test)));
}

/** The kit of vault files under tests/vectors/vault: its files and its table of contents, kit.json. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { Secret } from "../../providers/secret.ts";
import type { Vault } from "../../src/vault/vault.ts";
import type { WalletEntry } from "../../src/vault/wallet-changes.ts";
import { createVaultAt } from "../../tests/src/vault/vault-at.ts";
import type { Damage } from "./damage.ts";

/** An entry of kit.json. */
interface KitEntry {
  readonly file: string;
  readonly password: string;
  /** "ok" or the code of the error. */
  readonly expect: string;
  /** What the error message has to match. */
  readonly names?: string;
  /** What a good file holds, newest first. */
  readonly wallets?: readonly WalletEntry[];
  /** What a good file says beside it: see the README of the kit. */
  readonly says?: Said;
  /** A rollback journal that lies beside it. */
  readonly journal?: string;
}

/** By which wallets are found, the removed ones that can be restored, and what the vault says of its own past. */
export interface Said {
  readonly labels: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly firstAddresses: Readonly<Record<string, string>>;
  readonly removed: readonly string[];
  /** Milliseconds since 1970. */
  readonly restoredAt: number;
}

/** Collects the files of the kit, compressed since most of a small SQLite file is zeros. */
export class Kit {
  readonly password = "correct horse battery staple";
  readonly #folder: string;
  readonly #work = mkdtempSync(join(tmpdir(), "vault-kit-"));
  readonly #entries: KitEntry[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    for (const kind of ["good", "bad"]) {
      rmSync(join(folder, kind), { recursive: true, force: true });
      mkdirSync(join(folder, kind), { recursive: true });
    }
  }

  /** Where a file may lie that is not part of the kit. */
  path(name: string): string {
    return join(this.#work, name);
  }

  async makeVault(
    name: string,
    password: string,
    change: (vault: Vault) => Promise<unknown>,
  ): Promise<string> {
    const vault = await createVaultAt(this.path(name), new Secret(password));
    await change(vault);
    await vault.close();
    return vault.place;
  }

  /** @param wallets What the file holds, newest last. */
  good(
    name: string,
    file: string,
    password: string,
    wallets: readonly WalletEntry[],
    { journal, says }: { readonly journal?: Uint8Array; readonly says?: Said } = {},
  ): void {
    const entry = { file: `good/${name}.vault`, password, expect: "ok", wallets: wallets.toReversed() };
    this.#store(says === undefined ? entry : { ...entry, says }, file, journal);
  }

  bad(
    name: string,
    base: string,
    expect: string,
    names: RegExp,
    damage: Damage,
    { password = this.password, journal }: { password?: string; journal?: Uint8Array } = {},
  ): void {
    const file = this.path(name);
    copyFileSync(base, file);
    damage(file);
    this.#store({ file: `bad/${name}.vault`, password, expect, names: names.source }, file, journal);
  }

  /** A good file with a password that is not its own. */
  wrongPassword(name: string, password: string): void {
    this.#entries.push({
      file: `good/${name}.vault`,
      password,
      expect: "WRONG_PASSWORD",
      names: "^Wrong password\\.$",
    });
  }

  finish(): void {
    writeFileSync(join(this.#folder, "kit.json"), `${stringifyExactJson(this.#entries, 1)}\n`);
    rmSync(this.#work, { recursive: true });
  }

  #store(entry: KitEntry, file: string, journal?: Uint8Array): void {
    this.#write(entry.file, readFileSync(file));
    const name = `${entry.file}-journal`;
    if (journal !== undefined) this.#write(name, journal);
    this.#entries.push(journal === undefined ? entry : { ...entry, journal: name });
  }

  #write(name: string, content: Uint8Array): void {
    writeFileSync(join(this.#folder, `${name}.gz`), gzipSync(content, { level: 9 }));
  }
}

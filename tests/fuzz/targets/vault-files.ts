/** Vault files with damages: they open to exactly what they held, or not at all. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { stringifyExactJson } from "../../../chains/codec/exact-json.ts";
import { Secret } from "../../../providers/secret.ts";
import type { Random } from "../../random.ts";
import { rememberingOpener } from "../../src/vault/remembering-opener.ts";
import { openVaultAt } from "../../src/vault/vault-at.ts";
import { goodKitFiles, type KitFile, unpack } from "../../src/vault/vault-kit.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";
import { expectedCode } from "../expected-error.ts";
import type { FuzzTarget } from "../fuzz-target.ts";
import { flipBits } from "../mutate-text.ts";

/** Damage is neither a wrong password nor a vault that is in use. */
const CODES = ["VAULT_CORRUPT", "NOT_A_VAULT", "VAULT_TOO_NEW", "VAULT_IS_ORIGINAL"];

interface GoodFile {
  readonly kit: KitFile;
  readonly bytes: Uint8Array;
  readonly opener: ReturnType<typeof rememberingOpener>;
}

export class VaultFiles implements FuzzTarget {
  readonly name = "vault files";
  readonly share = 3;
  readonly #folder = new TemporaryFolder();
  readonly #files: readonly GoodFile[];

  constructor() {
    process.once("exit", () => this.#folder.remove());
    // A file with a journal is only half of a vault.
    this.#files = goodKitFiles
      .filter(({ format, journal }) => format === 2 && journal === undefined)
      .map((kit) => ({
        kit,
        bytes: readFileSync(unpack(kit, this.#folder.at("good"))),
        opener: rememberingOpener(new Secret(kit.password)),
      }));
  }

  async run(random: Random): Promise<string> {
    const { kit, bytes, opener } = random.pick(this.#files);
    const path = this.#folder.at("vault");
    for (const ending of ["", "-journal", "-wal", "-shm"]) rmSync(path + ending, { force: true });
    writeFileSync(path, this.#damage(bytes, random), { mode: 0o600 });
    if (random.chance(0.05)) writeFileSync(`${path}-journal`, this.#damage(bytes, random), { mode: 0o600 });
    let wallets: string;
    try {
      const vault = await openVaultAt(path, opener);
      wallets = stringifyExactJson(await vault.exportAll().finally(() => vault.close()));
    } catch (failure) {
      const code = expectedCode(failure);
      if (CODES.includes(code)) return code;
      throw failure;
    }
    if (wallets === stringifyExactJson(kit.wallets)) return "opens";
    throw new Error(`A damaged ${kit.file} opened with other wallets.`);
  }

  #damage(bytes: Uint8Array, random: Random): Uint8Array {
    const page = 4096;
    const place = (end: number) => page * random.below(end / page);
    const changed = Uint8Array.from(bytes);
    switch (random.below(6)) {
      case 0:
        return changed.subarray(0, random.below(changed.length));
      case 1:
        return changed.fill(random.below(256), random.below(changed.length)).subarray(0, changed.length);
      case 2: {
        const other = random.pick(this.#files).bytes;
        const from = place(other.length);
        changed.set(other.subarray(from, from + page), place(changed.length));
        return changed;
      }
      case 3: {
        const at = random.below(changed.length - 8);
        for (let byte = at; byte < at + 8; byte++) changed[byte] = random.below(256);
        return changed;
      }
      case 4:
        return Buffer.concat([changed, flipBits(changed.subarray(0, random.below(2 * page)), random)]);
      default: {
        // The headers of pages decide more than what is in them.
        const at = place(changed.length) + random.below(random.pick([100, 100, 512, page]));
        changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
        return changed;
      }
    }
  }
}

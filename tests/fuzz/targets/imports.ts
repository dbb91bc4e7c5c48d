/** Files to import: the original's wallet file and the JSON of `export`. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseExactJson, stringifyExactJson } from "../../../chains/codec/exact-json.ts";
import { Secret } from "../../../providers/secret.ts";
import { readImportFile } from "../../../src/vault/import/read-import-file.ts";
import type { Random } from "../../random.ts";
import { encryptOriginalFile } from "../../src/vault/encrypt-original-file.ts";
import { TemporaryFolder } from "../../temporary-folder.ts";
import { expectedCode } from "../expected-error.ts";
import type { FuzzTarget } from "../fuzz-target.ts";
import { JsonMutator } from "../mutate-json.ts";
import { damageText, HOSTILE_TEXTS, mutateText } from "../mutate-text.ts";

const vectors = join(import.meta.dir, "../../vectors/legacy-wallet-dat");
/** A file of a thousand wallets takes too long to be changed again and again. */
const LONGEST = 20_000;
const CODES = ["IMPORT_DAMAGED", "IMPORT_UNREADABLE"];
const PASSWORD = "p";

const vocabulary = {
  names: ["mnemonic", "xpub", "privateKey", "secret", "address", "chain", "testnet", "1", ...HOSTILE_TEXTS],
  valuesOf: () => [],
};

export class Imports implements FuzzTarget {
  readonly name = "files to import";
  readonly share = 5;
  readonly #folder = new TemporaryFolder();
  readonly #exports: readonly string[];

  constructor() {
    process.once("exit", () => this.#folder.remove());
    const files = readdirSync(vectors).filter((name) => name.endsWith(".json") && name !== "passwords.json");
    const texts = files.map((name) => readFileSync(join(vectors, name), "utf8"));
    this.#exports = texts.filter(({ length }) => length < LONGEST);
  }

  async run(random: Random): Promise<string> {
    const mutator = new JsonMutator(random, vocabulary);
    const json = random.pick(this.#exports);
    const changed = random.chance(0.2) ? damageText(json, random) : mutator.text(json);
    const path = this.#folder.at("import");
    writeFileSync(path, fileOf(changed, random));
    try {
      const wallets = await readImportFile(path, () => [new Secret(PASSWORD)]);
      for (const { record } of wallets) assertKept(record);
      return "read";
    } catch (failure) {
      const code = expectedCode(failure);
      if (CODES.includes(code)) return code;
      throw failure;
    }
  }
}

function fileOf(json: string, random: Random): string {
  if (random.chance(0.5)) return json;
  const encrypted = encryptOriginalFile(json, PASSWORD);
  return random.chance(0.5) ? encrypted : mutateText(encrypted, random);
}

/** What is stored is text: it has to say the same when it is read again. */
function assertKept(record: Parameters<typeof stringifyExactJson>[0]): void {
  const text = stringifyExactJson(record);
  if (stringifyExactJson(parseExactJson(text)) !== text)
    throw new Error(`A record changes when it is stored: ${text}`);
}

/**
 * The anchor: how far the journals and the manifest of a vault had come, in a file on another disk, so that an older copy of the
 * vault that was put in its place while nothing ran is noticed at the next start. docs/vault-format.md says what it proves.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { explainFileError, KmsError, systemErrorCode } from "../errors.ts";
import { readJournalRow } from "../store/tables/journal.ts";
import type { Vault } from "../vault/vault.ts";
import { openState } from "./journal-state.ts";
import { hex, leaseKeyOfName } from "./records.ts";

/** More than any anchor has, in bytes. */
const LARGEST = 65_536;
const PURPOSE = "anchor";

const counter = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const stateSchema = v.strictObject({
  vaultId: v.string(),
  generation: counter,
  /** Counter and digest of each journal, by the name that the manifest has for it. */
  journals: v.record(v.string(), v.strictTuple([counter, digest])),
});
const fileSchema = v.pipe(v.string(), v.parseJson(), v.strictObject({ ...stateSchema.entries, mac: digest }));
type AnchorState = v.InferOutput<typeof stateSchema>;

/** What a comparison comes to: of a vault that is older than its anchor, in which respect. */
export type AnchorFinding =
  | { readonly kind: "missing" | "agrees" }
  | { readonly kind: "behind" }
  | { readonly kind: "ahead"; readonly reason: string };

/** How far the vault has come by what is committed. */
async function stateOf(vault: Vault): Promise<AnchorState> {
  // Read before the journals, so that it is never ahead of them.
  await vault.refresh();
  const { generation } = vault;
  const journals = await vault.store.read(async (session) => {
    const found: Record<string, [number, string]> = {};
    for (const name of await vault.journals.listedJournals(session)) {
      const row = await readJournalRow(session, leaseKeyOfName(vault, name));
      if (row === undefined) continue;
      const state = openState(vault, row);
      found[name] = [state.counter, state.digest.toString(16).padStart(64, "0")];
    }
    return found;
  });
  return { vaultId: vault.identity.vaultId, generation, journals };
}

function macOf(vault: Vault, { vaultId, generation, journals }: AnchorState): Uint8Array {
  const sorted = Object.entries(journals).sort(([a], [b]) => (a < b ? -1 : 1));
  return vault.keyedHash(PURPOSE, Buffer.from(JSON.stringify([vaultId, generation, sorted])));
}

/** What is wrong with an anchor that is there. */
function unusable(path: string, why: string): KmsError {
  return new KmsError("CONFIGURATION", `The anchor ${path} (TATUM_KMS_ANCHOR) cannot be used: ${why}.`, {
    hint: "Find out why, and whether the vault is the latest. Then move the file away: a new one is made.",
  });
}

/** @throws KmsError `CONFIGURATION` when there is a file that is no anchor of this vault, `CANNOT_READ` */
async function readAnchor(vault: Vault, path: string): Promise<AnchorState | undefined> {
  let text: string;
  try {
    const stats = await stat(path);
    if (!stats.isFile() || stats.size > LARGEST) throw unusable(path, "it is no anchor");
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw explainFileError("CANNOT_READ", `The anchor ${path} cannot be read`, error);
  }
  const parsed = v.safeParse(fileSchema, text);
  if (!parsed.success) throw unusable(path, "it is damaged");
  const { mac, ...state } = parsed.output;
  if (state.vaultId !== vault.identity.vaultId) throw unusable(path, "it is of another vault");
  if (!timingSafeEqual(Buffer.from(mac, "hex"), macOf(vault, state)))
    throw unusable(path, "it was changed by somebody who has not the vault's key");
  return state;
}

function compare(anchor: AnchorState | undefined, found: AnchorState): AnchorFinding {
  if (anchor === undefined) return { kind: "missing" };
  const ahead = (what: string, expected: number, is: number): AnchorFinding => ({
    kind: "ahead",
    reason: `${what} had come to ${expected} changes, the vault has ${is}`,
  });
  if (found.generation < anchor.generation) return ahead("its manifest", anchor.generation, found.generation);
  let isBehind = found.generation > anchor.generation;
  for (const [name, [count, sum]] of Object.entries(anchor.journals)) {
    const [is, foundSum] = found.journals[name] ?? [0, ""];
    if (is < count) return ahead(`the journal of ${name}`, count, is);
    if (is === count && foundSum !== sum)
      return { kind: "ahead", reason: `the journal of ${name} is another one after ${count} changes` };
    isBehind ||= is > count;
  }
  return { kind: isBehind ? "behind" : "agrees" };
}

/**
 * Compares a vault with its anchor.
 * @throws KmsError `CONFIGURATION`, `CANNOT_READ`
 */
export async function checkAnchor(vault: Vault, path: string): Promise<AnchorFinding> {
  return compare(await readAnchor(vault, path), await stateOf(vault));
}

/** @throws KmsError `ROLLED_BACK` when the vault is older than its anchor and not marked as restored; as {@link checkAnchor} */
export async function assertAnchored(vault: Vault, path: string): Promise<AnchorFinding> {
  const finding = await checkAnchor(vault, path);
  if (finding.kind !== "ahead" || vault.restoredAt !== undefined) return finding;
  throw new KmsError(
    "ROLLED_BACK",
    `The vault ${vault.place} is older than its anchor ${path}: ${finding.reason}.`,
    {
      hint: `What was signed since is not in it: it could be paid again. Put the file back that was there, or take this one over with \`vault restore ${vault.place}\`, a database with \`vault mark-restored\`.`,
    },
  );
}

/** Each journal at the higher of two counters: another process may have come further with its own. */
function merged(one: AnchorState | undefined, other: AnchorState): AnchorState {
  if (one === undefined) return other;
  const journals = { ...one.journals };
  for (const [name, state] of Object.entries(other.journals))
    if (state[0] >= (journals[name]?.[0] ?? 0)) journals[name] = state;
  return { ...other, generation: Math.max(one.generation, other.generation), journals };
}

/** There is the one or the other file at the path, whatever happens. */
async function writeAnchor(vault: Vault, path: string, state: AnchorState): Promise<void> {
  const temporary = `${path}.${randomBytes(8).toString("hex")}.new`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ ...state, mac: hex(macOf(vault, state)) })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    const folder = await open(dirname(resolve(path)), "r");
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw explainFileError("CANNOT_WRITE", `The anchor ${path} cannot be written`, error);
  }
}

/** Writes the anchor behind the vault's commits: those that wait at the same time share one. */
class AnchorKeeper {
  readonly #vault: Vault;
  readonly #path: string;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(vault: Vault, path: string) {
    this.#vault = vault;
    this.#path = path;
  }

  /** Resolves when an anchor is written that was begun after the call. */
  follow(): Promise<void> {
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      const writing = this.#write();
      this.#running = writing.catch(() => undefined);
      return writing;
    });
    return this.#next;
  }

  async #write(): Promise<void> {
    const found = await stateOf(this.#vault);
    await writeAnchor(this.#vault, this.#path, merged(await readAnchor(this.#vault, this.#path), found));
  }
}

/**
 * Compares a vault with its anchor, tells what is to be told, and has the anchor follow the vault from now on. That of a vault
 * which is marked as restored is begun anew; that of one that was turned back is left as it is.
 *
 * @throws KmsError `CANNOT_WRITE`; as {@link checkAnchor}
 */
export async function keepAnchor(vault: Vault, path: string, tell: (text: string) => void): Promise<void> {
  const finding = await checkAnchor(vault, path);
  if (finding.kind === "ahead" && vault.restoredAt === undefined) {
    tell(
      `The vault ${vault.place} is older than its anchor ${path}: ${finding.reason}. No daemon starts on it; \`vault restore ${vault.place}\` takes it over.`,
    );
    return;
  }
  if (finding.kind === "missing")
    tell(`There is no anchor ${path} yet; it is made, and says nothing of the time before.`);
  if (finding.kind === "behind")
    tell(
      `The anchor ${path} is behind the vault, as after a crash or a change without it; it is brought up to date.`,
    );
  if (finding.kind === "ahead")
    tell(`The anchor ${path} is of a later state than the vault, which was restored; it begins anew.`);
  if (finding.kind !== "agrees") await writeAnchor(vault, path, await stateOf(vault));
  const keeper = new AnchorKeeper(vault, path);
  vault.commits.followedBy(() => keeper.follow());
}

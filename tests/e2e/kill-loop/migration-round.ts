import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "../../random.ts";
import { Installation } from "../executable.ts";
import { killSometime, onChangeIn, remainsOf } from "./kill-moment.ts";

const samples = join(import.meta.dir, "../../vectors/legacy-wallet-dat");
const original = readFileSync(join(samples, "mixed-chains.dat"));
const content = readFileSync(join(samples, "mixed-chains.json"), "utf8");
const passwords = (await Bun.file(join(samples, "passwords.json")).json()) as Record<string, string>;
const env = { TATUM_KMS_PASSWORD: passwords["mixed-chains"] as string };
/** Milliseconds after the first sign of a change. Making the vault takes most of them. */
const LONGEST = 250;

/**
 * Kills `migrate`, then runs it again where the original file is still in its place.
 * @returns whether it was killed
 * @throws Error when the original's content is lost, or neither it nor a whole vault is in the place
 */
export async function runMigrationRound(random: Random): Promise<boolean> {
  const installation = new Installation();
  const path = installation.vaultPath;
  try {
    mkdirSync(dirname(path), { mode: 0o700 });
    copyFileSync(join(samples, "mixed-chains.dat"), path);
    const child = installation.start(["migrate"], { env });
    const kill = killSometime(child, random, onChangeIn(dirname(path)), LONGEST);
    const { status, stdout } = await remainsOf(child, kill);
    const isOriginal = readFileSync(path).equals(original);
    if (isOriginal && stdout !== "") throw new Error("an acknowledged migration did not take place");
    if (isOriginal) {
      const again = await installation.run(["migrate"], { env });
      if (again.status !== 0) throw new Error(`a migration cannot be run again: ${again.stderr}`);
    }
    if (!isKept(path)) throw new Error("the original file is lost");
    const exported = await installation.run(["export"], { env });
    if (exported.stdout !== content) throw new Error(`a migrated vault is not whole: ${exported.stderr}`);
    return status === null;
  } finally {
    installation.remove();
  }
}

/** Whether a file beside the vault holds the original, byte by byte. A killed migration may have kept it before. */
function isKept(path: string): boolean {
  return [`${path}.original`, `${path}.original-2`].some(
    (file) => existsSync(file) && readFileSync(file).equals(original),
  );
}

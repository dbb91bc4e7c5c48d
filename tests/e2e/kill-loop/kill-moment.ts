import { readdirSync, statSync } from "node:fs";
import type { Random } from "../../random.ts";
import type { Installation } from "../executable.ts";

/** Milliseconds within which a start is killed: reading the vault, unlocking. */
const STARTING = 500;
/** Something is wrong when there is no sign of work for so long, in milliseconds. */
const PATIENCE = 30_000;
/** Every start opens the vault and checks it; so often it is checked by a command as well. */
const CHECK_EVERY = 5;

export type Child = ReturnType<Installation["start"]>;

/**
 * Kills a process with SIGKILL: now and then while it starts, mostly at a random moment within `longest` milliseconds
 * after `worksNow` is true.
 *
 * @returns the exit status when it ended by itself before that, otherwise `null`
 */
export async function killSometime(
  child: Child,
  random: Random,
  worksNow: () => boolean,
  longest: number,
): Promise<number | null> {
  if (random.chance(0.2)) {
    await Bun.sleep(random.below(STARTING));
  } else {
    const wait = random.below(longest);
    const end = performance.now() + PATIENCE;
    while (!worksNow() && child.exitCode === null && performance.now() < end) await Bun.sleep(1);
    await Bun.sleep(wait);
  }
  child.kill("SIGKILL");
  await child.exited;
  return child.exitCode;
}

/**
 * As {@link killSometime}, for a process that has always more to do.
 * @throws Error when it ended by itself, as it does when the vault does not open.
 */
export async function killBusy(...kill: Parameters<typeof killSometime>): Promise<void> {
  const status = await killSometime(...kill);
  if (status !== null) throw new Error(`the program ended by itself with status ${status}`);
}

/** What a command left behind: everything it wrote, and its exit status unless it was killed. */
export interface Remains {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Whether anything in a folder has changed since now. */
export function onChangeIn(folder: string): () => boolean {
  const look = (): string => {
    try {
      return readdirSync(folder)
        .map((name) => `${name} ${statSync(`${folder}/${name}`).mtimeMs}`)
        .join();
    } catch {
      // Not there yet, or a file in it vanished meanwhile.
      return "";
    }
  };
  const before = look();
  return () => look() !== before;
}

export async function remainsOf(child: Child, kill: Promise<number | null>): Promise<Remains> {
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    kill,
  ]);
  if (status !== null && status !== 0) throw new Error(`a command failed with ${status}: ${stderr}`);
  return { stdout, stderr, status };
}

/** Whether a check is due after this round. */
export function isCheckDue(round: number): boolean {
  return round % CHECK_EVERY === 0;
}

/** @throws Error when the vault does not open or is damaged. */
export async function assertVaultIsSound(installation: Installation): Promise<void> {
  if (!(await Bun.file(installation.vaultPath).exists())) return;
  const { status, stderr } = await installation.run(["vault", "verify"]);
  if (status !== 0) throw new Error(`the vault does not open any more: ${stderr}`);
}

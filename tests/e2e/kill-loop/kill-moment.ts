import type { Random } from "../../random.ts";
import type { Installation } from "../executable.ts";

/** Milliseconds within which a start is killed: reading the vault, unlocking. */
const STARTING = 500;
/** Something is wrong when there is no sign of work for so long, in milliseconds. */
const PATIENCE = 30_000;
/** Every start opens the vault and checks it; so often it is checked by the command as well. */
const CHECK_EVERY = 5;

/**
 * Kills a process with SIGKILL: now and then while it starts, mostly at a random moment within `longest` milliseconds
 * after `worksNow` is true.
 *
 * @throws Error when it ended by itself, as it does when the vault does not open.
 */
export async function killSometime(
  child: ReturnType<Installation["start"]>,
  random: Random,
  worksNow: () => boolean,
  longest: number,
): Promise<void> {
  if (random.chance(0.2)) {
    await Bun.sleep(random.below(STARTING));
  } else {
    const end = performance.now() + PATIENCE;
    while (!worksNow() && child.exitCode === null && performance.now() < end) await Bun.sleep(1);
    await Bun.sleep(random.below(longest));
  }
  child.kill("SIGKILL");
  await child.exited;
  if (child.exitCode !== null) throw new Error(`the program ended by itself with status ${child.exitCode}`);
}

/** @throws Error when the vault does not open or is damaged. */
export async function assertVaultIsSound(installation: Installation, round: number): Promise<void> {
  if (round % CHECK_EVERY !== 0) return;
  if (!(await Bun.file(installation.vaultPath).exists())) return;
  const { status, stderr } = await installation.run(["vault", "verify"]);
  if (status !== 0) throw new Error(`the vault does not open any more: ${stderr}`);
}

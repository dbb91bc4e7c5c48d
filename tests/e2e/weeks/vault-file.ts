/** What happens to the vault's file in a week: a row that is damaged and set aside, a backup that is put back and confirmed. */
import { Database } from "bun:sqlite";
import type { ModelWallet } from "./chains/chain-model.ts";
import type { Payment } from "./payment.ts";
import { endAsFailed, resolveAsDone } from "./people.ts";
import type { Stage } from "./stage.ts";

/** One byte of what is sealed in a row becomes another one. */
const DAMAGE =
  "UPDATE job SET sealed = CAST(substr(sealed, 1, 40) || CASE substr(sealed, 41, 1) WHEN x'00' THEN x'01' ELSE x'00' END " +
  "|| substr(sealed, 42) AS BLOB) WHERE job_key = ?";

/** A backup, when it was made, in milliseconds since 1970, and what is surely in it. */
export interface Backup {
  readonly path: string;
  readonly madeAt: number;
  readonly wallets: ReadonlySet<ModelWallet>;
}

/** Makes a backup of the vault; `undefined` when that was refused. */
export async function backUp(stage: Stage): Promise<Backup | undefined> {
  const { clock, wallets, absent } = stage.world;
  const madeAt = clock.now();
  const path = `${stage.program.home}/backup-${Math.floor(madeAt)}.dat`;
  const { status } = await stage.command(["vault", "backup", path]);
  const held = new Set(wallets).difference(absent);
  return status === 0 ? { path, madeAt, wallets: held } : undefined;
}

/**
 * Damages a row of the journal in the file. No daemon may work on it.
 * @returns the key of the row, as commands take it; `undefined` when there is none
 */
export async function damageRow(stage: Stage): Promise<string | undefined> {
  const { world, program } = stage;
  const before = await stage.jobs();
  const database = new Database(program.vaultPath, { readwrite: true });
  const rows = database
    .query<{ job_key: Uint8Array }, []>("SELECT job_key FROM job WHERE state <> 'quarantined'")
    .all();
  if (rows.length === 0) return database.close() as undefined;
  const { job_key: key } = world.random.pick(rows);
  database.run(DAMAGE, [key]);
  database.close();
  const after = await stage.jobs();
  for (const id of before.keys()) {
    const payment = after.has(id) ? undefined : world.platform.get(id);
    if (payment === undefined) continue;
    payment.isSetAside = true;
    world.history.note(id, "its row of the journal was damaged");
  }
  return Buffer.from(key).toString("hex");
}

/** Sets a damaged row aside. That the vault is damaged has to be told before, and not any more afterwards. */
export async function setAside(stage: Stage, row: string): Promise<void> {
  const about = `its row ${row} was damaged`;
  if ((await stage.command(["vault", "verify"])).status === 0)
    stage.breaches.push({ kind: "damage not told", id: "week", text: about });
  const { status } = await stage.command(["job", "quarantine", row, "--yes"]);
  const verified = await stage.command(["vault", "verify"]);
  if (status !== 0 || verified.status !== 0)
    stage.breaches.push({ kind: "stuck", id: "week", text: `${about}, and could not be set aside` });
}

/** Puts a backup back, and the wallets that it may lack; whether that was done. No daemon may work on the vault. */
export async function restoreBackup(stage: Stage, { path, madeAt, wallets }: Backup): Promise<boolean> {
  const { world, program } = stage;
  const { status } = await stage.command(["vault", "restore", path, "--yes"]);
  if (status !== 0) return false;
  world.noteRestored(madeAt);
  for (const wallet of world.wallets.filter((one) => !wallets.has(one)))
    await program.import([wallet]).catch(() => {
      // It was there.
    });
  return true;
}

/** Of a payment that the restored journal may not know, what a person decides who looks at the networks. */
async function decide(stage: Stage, payment: Payment): Promise<void> {
  const network = stage.world.network(payment.model.ticker);
  const landed = payment.sent.find((id) => network.hasLanded(id));
  if (landed !== undefined) await resolveAsDone(stage, payment, landed);
  else if (payment.isEnded || isPaidByAnother(stage, payment)) await endAsFailed(stage, payment);
}

/** Whether an equal payment landed: nothing in the bytes tells for which of the two. */
function isPaidByAnother({ world }: Stage, payment: Payment): boolean {
  const network = world.network(payment.model.ticker);
  return [...world.platform.payments.values()].some(
    (other) =>
      other !== payment &&
      other.content === payment.content &&
      other.sent.some((id) => network.hasLanded(id)),
  );
}

/**
 * After a restore: has every payment that may have been paid before ended, or left to what is on its way, and takes the rest for
 * unpaid. Whether that could be said by now: what is in a pool is waited for, and what the daemon has not looked at yet.
 */
export async function recover(stage: Stage): Promise<boolean> {
  const { world } = stage;
  const open = [...world.platform.payments.values()].filter(({ status }) => status === "pending");
  const lost = open.filter((payment) => world.isLost(payment) || payment.isEnded);
  const isOnItsWay = ({ model, sent }: Payment): boolean =>
    sent.some((id) => world.network(model.ticker).pool.has(id));
  if (lost.some(isOnItsWay)) return false;
  const before = await stage.jobs();
  if (lost.some(({ id, isSetAside }) => !isSetAside && !before.has(id))) return false;
  for (const payment of open)
    if (world.isLost(payment) || before.get(payment.id)?.parkedFor === "restored")
      await decide(stage, payment);
  return (await stage.command(["job", "recover", "--yes"])).status === 0;
}

/** What people do at the command line: the commands of jobs and lanes, as the program's own help names them. */
import type { Payment } from "./payment.ts";
import type { Stage } from "./stage.ts";

/** The ways in which an answer to a question of a command is given where nobody sits at a terminal. */
function confirmed(payment: Payment): string[][] {
  const id = payment.sent.at(-1);
  return [[], ...(id === undefined ? [] : [[`--confirm=${id}`]])];
}

/** Runs a command without, then with what it may want to have confirmed; whether it was carried out. */
async function insist(stage: Stage, args: readonly string[], payment: Payment): Promise<boolean> {
  for (const more of confirmed(payment)) {
    const { status } = await stage.command([...args, ...more]);
    if (status === 0) return true;
  }
  return false;
}

/** `job resolve --as=failed`. */
export function endAsFailed(stage: Stage, payment: Payment): Promise<boolean> {
  return insist(stage, ["job", "resolve", payment.id, "--as=failed"], payment);
}

/** `job resolve --as=resign`. */
export function resign(stage: Stage, payment: Payment): Promise<boolean> {
  return insist(stage, ["job", "resolve", payment.id, "--as=resign"], payment);
}

/** `job resolve --as=done` under the transaction that landed. */
export async function resolveAsDone(stage: Stage, { id }: Payment, transactionId: string): Promise<boolean> {
  const args = ["job", "resolve", id, "--as=done", `--tx-id=${transactionId}`];
  return (await stage.command(args)).status === 0;
}

export async function retry(stage: Stage, { id }: Payment): Promise<boolean> {
  return (await stage.command(["job", "retry", id])).status === 0;
}

/** The commands of a group that the program has, such as `lane`; none where it has no such group. */
export async function commandsOf(stage: Stage, group: string): Promise<string[]> {
  const { status, stdout, stderr } = await stage.program.run([group, "--help"]);
  if (status !== 0) return [];
  const lines = `${stdout}\n${stderr}`.split("\n");
  return lines.flatMap((line) => /^\s{2,}([a-z][a-z-]+)\s{2,}\S/.exec(line)?.slice(1) ?? []);
}

/** Looks what holds up each account that numbers its transactions, and has numbers used up that nobody uses. */
export async function repairLanes(stage: Stage): Promise<void> {
  await stage.command(["lane", "list"]);
  for (const wallet of stage.world.wallets) {
    const chain = String(wallet.entry["chain"]);
    if (stage.world.modelOf(wallet).uniqueness !== "sequence") continue;
    const repair = ["lane", "repair", wallet.address, `--chain=${chain}`];
    const { status, stdout } = await stage.command(repair);
    if (status !== 0) continue;
    const [first] = (JSON.parse(stdout) as { obstacles: { number: string; is: string }[] }).obstacles;
    if (first?.is !== "free") continue;
    const number = first.number.replace(/-.*/, "");
    await stage.command([...repair, `--number=${number}`, "--as=fill", "--yes"]);
  }
}

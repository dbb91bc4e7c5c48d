/** What people do at the command line: the commands of jobs and lanes, as the program's own help names them. */
import type { ModelWallet } from "./chains/chain-model.ts";
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

/** `job resolve --as=changed`: what the API lists now is right. */
export async function changeContent(stage: Stage, { id }: Payment): Promise<boolean> {
  return (await stage.command(["job", "resolve", id, "--as=changed", "--yes"])).status === 0;
}

/** What `lane repair` shows of a number that is in the way. */
interface SeenObstacle {
  readonly number: string;
  readonly is: string;
  readonly id?: string;
  readonly transactionId?: string;
  readonly whereabouts?: string;
}

function repairOf({ address, entry }: ModelWallet): string[] {
  return ["lane", "repair", address, `--chain=${entry["chain"]}`];
}

/** What holds up an account, the lowest number first; nothing on a chain that does not number transactions. */
export async function obstaclesOf(stage: Stage, wallet: ModelWallet): Promise<readonly SeenObstacle[]> {
  const { status, stdout } = await stage.command(repairOf(wallet));
  return status === 0 ? (JSON.parse(stdout) as { obstacles: SeenObstacle[] }).obstacles : [];
}

/**
 * Frees a number in a way that is right: one that nobody will use is filled, one whose bytes wait is cancelled or given back.
 * @returns as what it was repaired; `undefined` when nothing was done
 */
export async function freeNumber(
  stage: Stage,
  wallet: ModelWallet,
  { number: range, is, id = "", transactionId, whereabouts }: SeenObstacle,
): Promise<string | undefined> {
  const number = range.replace(/-.*/, "");
  const model = stage.world.modelOf(wallet);
  const payments = [...stage.world.platform.payments.values()];
  const isMeant = payments.some(
    (one) => one.wallet === wallet && one.status === "pending" && one.number === BigInt(number),
  );
  const payment = stage.world.platform.get(id);
  const run = async (as: string, ...more: readonly string[]): Promise<string | undefined> => {
    const args = [...repairOf(wallet), `--number=${number}`, `--as=${as}`, "--yes", ...more];
    return (await stage.command(args)).status === 0 ? as : undefined;
  };
  if (is === "free") return isMeant ? undefined : run("fill");
  if (is !== "used" || payment === undefined || payment.status === "completed") return undefined;
  const as = whereabouts === "absent" && stage.world.random.chance(0.5) ? "give-back" : "cancel";
  const done = await run(as, `--confirm=${transactionId ?? number}`);
  // A payment whose number the API chose cannot be made with another one.
  if (done === "cancel" && model.uniqueness === "sequence") stage.world.platform.cancel(payment);
  return done;
}

/** Looks what holds up each of these accounts, where the chain numbers transactions, and has numbers used up that nobody uses. */
export async function repairLanes(stage: Stage, wallets: Iterable<ModelWallet>): Promise<void> {
  await stage.command(["lane", "list"]);
  for (const wallet of wallets) {
    if (!["sequence", "nonce"].includes(stage.world.modelOf(wallet).uniqueness)) continue;
    const [first] = await obstaclesOf(stage, wallet);
    if (first?.is === "free") await freeNumber(stage, wallet, first);
  }
}

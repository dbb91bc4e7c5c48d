/** What people do at the command line: the commands of jobs and lanes, as the program's own help names them. */
import type { Hazard } from "./hazards.ts";
import type { Payment } from "./payment.ts";
import type { Stage } from "./stage.ts";

/** Real milliseconds until a removed wallet comes back. */
const LONGEST_REMOVAL = 2_000;

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
async function commandsOf(stage: Stage, group: string): Promise<string[]> {
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

/** Somebody who types commands of some groups at random moments, of decisions only those that are true. */
export class Typist {
  readonly #stage: Stage;
  readonly #names: readonly string[];
  readonly #hazards: ReadonlySet<Hazard>;
  #groups: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(stage: Stage, groups: readonly string[], hazards: ReadonlySet<Hazard>) {
    this.#stage = stage;
    this.#names = groups;
    this.#hazards = hazards;
  }

  /** Learns which commands there are. */
  async learn(): Promise<void> {
    const groups = this.#names.map(async (group) => [group, await commandsOf(this.#stage, group)] as const);
    this.#groups = new Map(await Promise.all(groups));
  }

  /** Types one command; whether there was something to type. */
  async type(): Promise<boolean> {
    const args = this.#command();
    if (args === undefined) return false;
    await this.#stage.command(args);
    if (args[0] === "removewallet") await this.#takeBack(args[1] ?? "");
    return true;
  }

  /** A removed wallet comes back after a while. */
  async #takeBack(signatureId: string): Promise<void> {
    await Bun.sleep(this.#stage.world.random.below(LONGEST_REMOVAL));
    const wallets = this.#stage.world.wallets.filter((wallet) => wallet.signatureId === signatureId);
    await this.#stage.program.import(wallets).catch(() => {
      // It was not removed, because something of it is open.
    });
  }

  #command(): string[] | undefined {
    const { random, wallets, platform } = this.#stage.world;
    const payments = [...platform.payments.values()];
    if (payments.length === 0) return undefined;
    // Mostly those of the last minutes, which are open.
    const payment = random.chance(0.8) ? random.pick(payments.slice(-80)) : random.pick(payments);
    if (this.#hazards.has("removed wallets") && random.chance(0.05))
      return ["removewallet", random.pick(wallets).signatureId];
    const group = random.pick([...this.#groups].filter(([, commands]) => commands.length > 0));
    const command = random.pick(group?.[1] ?? ["list"]);
    return argumentsOf(group?.[0] ?? "job", command, payment, this.#stage, this.#hazards);
  }
}

/** Commands that ask for more than a payment or an account, or would end the week. */
const NOT_AT_RANDOM = ["vault change-password", "vault slot", "vault backup", "job prune"];

/** What a person types; of decisions only those that are true. */
function argumentsOf(
  group: string,
  command: string,
  payment: Payment,
  stage: Stage,
  hazards: ReadonlySet<Hazard>,
): string[] | undefined {
  if (NOT_AT_RANDOM.includes(`${group} ${command}`)) return undefined;
  const { random } = stage.world;
  if (group === "vault") return [group, command];
  if (command === "list")
    return random.chance(0.5)
      ? [group, command]
      : group === "job"
        ? [group, command, random.pick(["sent", "parked", "done", "failed"])]
        : [group, command];
  if (command === "retry" && random.chance(0.3))
    return [
      group,
      command,
      "--all",
      `--chain=${payment.model.ticker}`,
      `--state=${random.pick(["sent", "parked"])}`,
    ];
  if (group === "lane") return [group, command, payment.wallet.address, `--chain=${payment.model.ticker}`];
  if (command !== "resolve") return [group, command, payment.id];
  return hazards.has("decisions") ? decision(payment, stage) : undefined;
}

/** Without a confirmation anything may be asked for; with one, only what is so. */
function decision(payment: Payment, stage: Stage): string[] {
  const { random } = stage.world;
  const network = stage.world.network(payment.model.ticker);
  const landed = payment.sent.find((id) => network.hasLanded(id));
  const args = ["job", "resolve", payment.id];
  if (landed !== undefined && random.chance(0.5)) return [...args, "--as=done", `--tx-id=${landed}`];
  return [...args, random.pick(["--as=failed", "--as=resign"])];
}

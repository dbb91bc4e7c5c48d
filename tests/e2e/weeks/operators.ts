/** People and accidents around the daemon in a week: commands at random moments, kills, pauses, restarts. */
import { cpSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Daemon } from "./daemon.ts";
import type { Hazard } from "./hazards.ts";
import type { Payment } from "./payment.ts";
import { commandsOf } from "./people.ts";
import type { Stage } from "./stage.ts";

/** Payments that are ordered between two accidents, and between two commands of a person, at most. */
const ORDERS_TO_ACCIDENT = 40;
const ORDERS_TO_COMMAND = 16;
/** Real milliseconds between two of them where nothing is ordered. */
const LONGEST_PEACE = 5_000;
/** People who type at the same time. */
const PEOPLE = 2;
/** Real milliseconds for which a process stands still, shorter and longer than the lease. */
const LONGEST_STANDSTILL = 3_000;
/** Real milliseconds after which an older copy is put back. */
const AGE_OF_COPY = 3_000;
/** With one that takes over. */
const MOST_DAEMONS = 2;
/** Real milliseconds between looks whether more was ordered. */
const LOOK_AGAIN = 20;
/** So many daemons learn from refusals how many requests they may send; with a clock this fast they hardly work then. */
const LEARNS_RATE = 0.05;

/** Those who run the daemons of a week, and what happens to these. */
export interface Crew {
  /** Starts the daemons and the accidents. */
  begin(): Promise<void>;
  /** Starts what has ended. To be called often. */
  look(): void;
  /** Ends the accidents; daemons go on. */
  rest(): Promise<void>;
  /** What happened, by its name. */
  readonly done: Readonly<Record<string, number>>;
}

export interface OperatorOptions {
  readonly tickers: readonly string[];
  readonly daemons: number;
  readonly hazards: ReadonlySet<Hazard>;
  /** Whether somebody puts an older copy of the vault's file back, once. */
  readonly rollback: boolean;
}

export class Operators implements Crew {
  readonly #stage: Stage;
  readonly #options: OperatorOptions;
  readonly #daemons: Daemon[] = [];
  #groups: ReadonlyMap<string, readonly string[]> = new Map();
  #isOver = false;
  #working: Promise<void>[] = [];
  /** Whether an older copy was put back. */
  #isRolledBack = false;
  readonly done = { kills: 0, standstills: 0, terminations: 0, starts: 0, commands: 0 };

  constructor(stage: Stage, options: OperatorOptions) {
    this.#stage = stage;
    this.#options = options;
  }

  /** Starts the daemons, the accidents and the commands. */
  async begin(): Promise<void> {
    const groups = await Promise.all(
      ["job", "lane", "vault"].map(async (group) => [group, await commandsOf(this.#stage, group)] as const),
    );
    this.#groups = new Map(groups);
    this.#keepRunning();
    this.#working = [this.#accidents(), ...Array.from({ length: PEOPLE }, () => this.#typing())];
  }

  /** Ends accidents and commands; one daemon goes on. */
  async rest(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#working);
    await this.#killAll();
    this.#start();
  }

  /** Starts what has ended. To be called often. */
  look(): void {
    for (const [place, daemon] of [...this.#daemons.entries()].reverse())
      if (!daemon.isRunning) this.#daemons.splice(place, 1);
    this.#keepRunning();
  }

  #keepRunning(): void {
    const wanted = this.#isOver ? 1 : this.#options.daemons;
    while (this.#daemons.length < wanted) this.#start();
  }

  #start(): void {
    const { program, world } = this.#stage;
    const environment = world.random.chance(LEARNS_RATE) ? {} : { TATUM_KMS_REQUESTS_PER_SECOND: "0" };
    this.#daemons.push(program.startDaemon(this.#options.tickers, [], environment));
    this.done.starts += 1;
  }

  /** Waits until more was ordered, so that a week has as many accidents on a slow machine. */
  async #peace(longest: number): Promise<void> {
    const { random, platform } = this.#stage.world;
    const until = platform.payments.size + 1 + random.below(longest);
    const end = performance.now() + LONGEST_PEACE;
    while (!this.#isOver && platform.payments.size < until && performance.now() < end)
      await Bun.sleep(LOOK_AGAIN);
  }

  async #accidents(): Promise<void> {
    const { random } = this.#stage.world;
    while (!this.#isOver) {
      await this.#peace(ORDERS_TO_ACCIDENT);
      const [daemon] = this.#daemons.filter(({ isRunning }) => isRunning);
      if (daemon === undefined || this.#isOver) continue;
      const dice = random.next();
      if (this.#options.rollback && !this.#isRolledBack && dice < 0.1) {
        await this.#rollBack();
      } else if (dice < 0.3) {
        this.done.kills += 1;
        await daemon.kill();
      } else if (dice < 0.5) {
        this.done.terminations += 1;
        await daemon.terminate();
      } else {
        await this.#standStill(daemon);
      }
      this.look();
    }
  }

  /** Halts a daemon for a while; often another one takes its work over, which finds it at work again. */
  async #standStill(daemon: Daemon): Promise<void> {
    const { random, clock } = this.#stage.world;
    this.done.standstills += 1;
    const since = clock.now();
    daemon.freeze();
    const isReplaced = this.#daemons.length < MOST_DAEMONS && random.chance(0.5);
    if (isReplaced) this.#start();
    await Bun.sleep(random.below(LONGEST_STANDSTILL));
    daemon.thaw();
    this.#stage.world.noteStandstill(since);
  }

  /** Copies the vault's file with what stands beside it, and puts the copy back a while later, with no daemon running. */
  async #rollBack(): Promise<void> {
    const { program, world } = this.#stage;
    const folder = dirname(program.vaultPath);
    const copy = `${folder}.copy`;
    await this.#killAll();
    cpSync(folder, copy, { recursive: true });
    this.#keepRunning();
    await Bun.sleep(AGE_OF_COPY);
    await this.#killAll();
    rmSync(folder, { recursive: true });
    cpSync(copy, folder, { recursive: true });
    this.#isRolledBack = true;
    world.history.note("week", "an older copy of the vault's file was put back");
  }

  async #killAll(): Promise<void> {
    for (const daemon of this.#daemons.splice(0)) await daemon.kill();
  }

  async #typing(): Promise<void> {
    while (!this.#isOver) {
      await this.#peace(ORDERS_TO_COMMAND);
      const args = this.#command();
      if (args === undefined || this.#isOver) continue;
      this.done.commands += 1;
      await this.#stage.command(args);
      if (args[0] === "removewallet") await this.#takeBack(args[1] ?? "");
    }
  }

  /** A removed wallet comes back after a while. */
  async #takeBack(signatureId: string): Promise<void> {
    await Bun.sleep(this.#stage.world.random.below(2_000));
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
    if (this.#options.hazards.has("removed wallets") && random.chance(0.05))
      return ["removewallet", random.pick(wallets).signatureId];
    const group = random.pick([...this.#groups].filter(([, commands]) => commands.length > 0));
    const command = random.pick(group?.[1] ?? ["list"]);
    return argumentsOf(group?.[0] ?? "job", command, payment, this.#stage, this.#options.hazards);
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

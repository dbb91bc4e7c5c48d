/** People and accidents around the daemon in a week: commands at random moments, kills, pauses, restarts. */
import { cpSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { Random } from "../../random.ts";
import type { Daemon } from "./daemon.ts";
import { Typist } from "./decisions.ts";
import { type Hazards, strikes } from "./hazards.ts";
import type { Stage } from "./stage.ts";
import { type Backup, backUp, damageRow, recover, restoreBackup, setAside } from "./vault-file.ts";

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
/** Of the accidents so many concern the vault's file. */
const DAMAGES = 0.03;
const RESTORES = 0.03;
/** Real milliseconds between two looks of people whether a restore can be confirmed by now, and for how long they look. */
const CONFIRM_AGAIN = 1_000;
const LONGEST_RECOVERY = 60_000;
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

/** How long nothing happens. */
interface Peace {
  readonly random: Random;
  /** Of what is counted at most so many more, or 5 real seconds. */
  readonly longest: number;
  readonly count: () => number;
  readonly isOver: () => boolean;
}

/** Waits by what is ordered or done, so that as much goes wrong on a slow machine as on a fast one. */
export async function peace({ random, longest, count, isOver }: Peace): Promise<void> {
  const until = count() + 1 + random.below(longest);
  const end = performance.now() + LONGEST_PEACE;
  while (!isOver() && count() < until && performance.now() < end) await Bun.sleep(LOOK_AGAIN);
}

export interface OperatorOptions {
  readonly tickers: readonly string[];
  readonly daemons: number;
  readonly hazards: Hazards;
  /** Whether somebody puts an older copy of the vault's file back, once. */
  readonly rollback: boolean;
}

export class Operators implements Crew {
  readonly #stage: Stage;
  readonly #options: OperatorOptions;
  readonly #daemons: Daemon[] = [];
  readonly #typist: Typist;
  #isOver = false;
  #working: Promise<void>[] = [];
  /** Whether an older copy was put back. */
  #isRolledBack = false;
  /** Whether no daemon and no command may run. */
  #isHalted = false;
  /** People who type at this moment. */
  #busy = 0;
  #backup: Backup | undefined;
  /** Whether a backup was put back and nobody has confirmed yet what it does not know. */
  #isRestored = false;
  readonly #done = { kills: 0, standstills: 0, terminations: 0, starts: 0, damages: 0, restores: 0 };

  constructor(stage: Stage, options: OperatorOptions) {
    this.#stage = stage;
    this.#options = options;
    this.#typist = new Typist(stage, ["job", "lane", "vault"], options.hazards);
  }

  get done(): Readonly<Record<string, number>> {
    return { ...this.#done, ...this.#typist.done, commands: this.#stage.commands };
  }

  /** Starts the daemons, the accidents and the commands. */
  async begin(): Promise<void> {
    await this.#typist.learn();
    this.#keepRunning();
    this.#working = [this.#accidents(), ...Array.from({ length: PEOPLE }, () => this.#typing())];
  }

  /** Ends accidents and commands; one daemon goes on. */
  async rest(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#working);
    await this.#killAll();
    this.#start();
    await this.#recover();
  }

  /** Starts what has ended. To be called often. */
  look(): void {
    for (const [place, daemon] of [...this.#daemons.entries()].reverse())
      if (!daemon.isRunning) this.#daemons.splice(place, 1);
    this.#keepRunning();
  }

  #keepRunning(): void {
    const wanted = this.#isHalted ? 0 : this.#isOver ? 1 : this.#options.daemons;
    while (this.#daemons.length < wanted) this.#start();
  }

  #start(): void {
    const { program, world } = this.#stage;
    const environment = world.random.chance(LEARNS_RATE) ? {} : { TATUM_KMS_REQUESTS_PER_SECOND: "0" };
    this.#daemons.push(program.startDaemon(this.#options.tickers, [], environment));
    this.#done.starts += 1;
  }

  #peace(longest: number): Promise<void> {
    const { random, platform } = this.#stage.world;
    return peace({ random, longest, count: () => platform.payments.size, isOver: () => this.#isOver });
  }

  async #accidents(): Promise<void> {
    const { random } = this.#stage.world;
    while (!this.#isOver) {
      await this.#peace(ORDERS_TO_ACCIDENT);
      const [daemon] = this.#daemons.filter(({ isRunning }) => isRunning);
      if (daemon === undefined || this.#isOver) continue;
      if (strikes(random, this.#options.hazards, "damaged rows", DAMAGES)) await this.#damage();
      if (strikes(random, this.#options.hazards, "restored backups", RESTORES)) await this.#restore();
      const dice = random.next();
      if (this.#options.rollback && !this.#isRolledBack && dice < 0.1) {
        await this.#rollBack();
      } else if (dice < 0.3) {
        this.#done.kills += 1;
        await daemon.kill();
      } else if (dice < 0.5) {
        this.#done.terminations += 1;
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
    this.#done.standstills += 1;
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

  /** Damages the vault's file; a while later somebody sets aside what does not open. */
  async #damage(): Promise<void> {
    const row = await this.#halted(() => damageRow(this.#stage));
    if (row === undefined) return;
    this.#done.damages += 1;
    await this.#peace(ORDERS_TO_ACCIDENT);
    await setAside(this.#stage, row);
  }

  /** Puts back the backup that was made the last time, and makes one for the next time. */
  async #restore(): Promise<void> {
    const backup = this.#backup;
    this.#backup = undefined;
    if (backup !== undefined && (await this.#halted(() => restoreBackup(this.#stage, backup)))) {
      this.#done.restores += 1;
      this.#isRestored = true;
      await this.#recover();
    }
    this.#backup ??= await backUp(this.#stage);
  }

  async #recover(): Promise<void> {
    const end = performance.now() + LONGEST_RECOVERY;
    while (this.#isRestored && performance.now() < end) {
      await Bun.sleep(CONFIRM_AGAIN);
      this.#isRestored = !(await recover(this.#stage));
    }
  }

  /** Works on the vault while nobody else does. */
  async #halted<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#isHalted = true;
    for (const daemon of this.#daemons.splice(0)) await daemon.terminate();
    while (this.#busy > 0) await Bun.sleep(LOOK_AGAIN);
    try {
      return await work();
    } finally {
      this.#isHalted = false;
      this.#keepRunning();
    }
  }

  async #killAll(): Promise<void> {
    for (const daemon of this.#daemons.splice(0)) await daemon.kill();
  }

  async #typing(): Promise<void> {
    while (!this.#isOver) {
      await this.#peace(ORDERS_TO_COMMAND);
      if (this.#isOver || this.#isHalted) continue;
      this.#busy += 1;
      await this.#typist.type();
      this.#busy -= 1;
    }
  }
}

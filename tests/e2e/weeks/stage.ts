/** A world with the program in it, set up for one scenario or one week, and taken down after it. */
import type { ModelWallet } from "./chains/chain-model.ts";
import { modelOf } from "./chains/index.ts";
import type { Breach, BreachKind, SeenJob } from "./judge.ts";
import type { Payment } from "./payment.ts";
import type { PaymentOptions } from "./platform.ts";
import { Program, type Ran } from "./program.ts";
import { ApiServer } from "./server.ts";
import { World } from "./world.ts";

/** Real milliseconds between looks. */
const LOOK_AGAIN = 10;

export const MINUTE = 60_000;

/** For what is sure to come, on a machine that does much else: a minute of real time. */
export const PATIENCE = 60 * MINUTE;

export class Stage {
  readonly world: World;
  readonly server: ApiServer;
  readonly program: Program;

  /** How many commands were run. */
  commands = 0;

  /** What a scenario found by itself. */
  readonly breaches: Breach[] = [];

  private constructor(executable: string, seed: number, environment: Readonly<Record<string, string>>) {
    this.world = new World(seed);
    this.server = new ApiServer(this.world);
    this.program = new Program(executable, this.world, { server: this.server, environment });
  }

  /** @param environment of the program, beside what leads it to the stand-in */
  static async open(
    executable: string,
    seed: number,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Stage> {
    const stage = new Stage(executable, seed, environment);
    await stage.server.start();
    return stage;
  }

  async close(): Promise<void> {
    await this.program.end();
    this.server.stop();
    this.world.stop();
  }

  /** A vault with so many new wallets of each chain. */
  async wallets(tickers: readonly string[], each = 1): Promise<ModelWallet[]> {
    const wallets = tickers.flatMap((ticker) =>
      Array.from({ length: each }, () => this.world.addWallet(modelOf(ticker))),
    );
    await this.program.import(wallets);
    return wallets;
  }

  pay(ticker: string, wallet: ModelWallet, options: PaymentOptions = {}): Payment {
    return this.world.platform.add(modelOf(ticker), wallet, options);
  }

  /** Waits until something is so, at most so many milliseconds of the fast clock; whether it is so. */
  async until(condition: () => boolean, longest: number): Promise<boolean> {
    const end = this.world.clock.now() + longest;
    while (!condition()) {
      if (this.world.clock.now() > end) return false;
      await Bun.sleep(LOOK_AGAIN);
    }
    return true;
  }

  sleep(milliseconds: number): Promise<void> {
    return this.world.clock.sleep(milliseconds);
  }

  /** Runs a command and notes it where its id stands. */
  async command(args: readonly string[], input?: string): Promise<Ran> {
    this.commands += 1;
    const ran = await this.program.run(args, input);
    const words = `${args.join(" ")} ended with ${ran.status}: ${(ran.stderr || ran.stdout).slice(0, 300).trim()}`;
    const subject = args.find((word) => this.world.platform.get(word) !== undefined) ?? "week";
    this.world.history.note(subject, words.replace(/\s+/g, " "));
    return ran;
  }

  /** The jobs as a person sees them; those that are done or were ended as well. */
  async jobs(): Promise<Map<string, SeenJob>> {
    const lists = await Promise.all(
      [
        ["job", "list"],
        ["job", "list", "done"],
        ["job", "list", "cancelled"],
      ].map((args) => this.program.run(args)),
    );
    const jobs = lists.flatMap(({ status, stdout }) =>
      status === 0 ? (JSON.parse(stdout) as SeenJob[]) : [],
    );
    return new Map(jobs.map((job) => [job.id, job]));
  }

  breach({ id }: Payment, kind: BreachKind, text: string): void {
    this.breaches.push({ kind, id, text });
  }

  /** Each breach with the whole history of its payments. */
  accountOf(breaches: readonly Breach[]): string {
    const lines = breaches.flatMap(({ kind, id, text }) => [
      `${kind}: ${id}: ${text}`,
      ...id
        .split(", ")
        .flatMap((one) => this.world.history.of(one).map((event) => `  ${one.slice(-4)} ${event}`)),
    ]);
    return lines.join("\n");
  }
}

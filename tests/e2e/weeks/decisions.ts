/** What people type in a week, at random moments: whatever command there is, but of decisions only those that are true. */
import type { ModelWallet } from "./chains/chain-model.ts";
import type { Hazards } from "./hazards.ts";
import type { Payment } from "./payment.ts";
import { changeContent, commandsOf, freeNumber, obstaclesOf, resolveAsDone } from "./people.ts";
import type { Stage } from "./stage.ts";

/** A removed wallet comes back after so many real milliseconds at most. */
const LONGEST_ABSENCE = 2_000;
/** Wallets that are added to a chain in the course of a week, at most. */
const MOST_ADDED = 4;
/** Commands that ask for more than a payment or an account, or would end the week. */
const NOT_AT_RANDOM = ["vault change-password", "vault slot", "vault copy", "vault merge", "vault restore"];
const MARKS = ["vault mark-restored", "job prune", "lane repair", "job resolve"];

/** Somebody who types commands of some groups while daemons work. */
export class Typist {
  readonly #stage: Stage;
  readonly #names: readonly string[];
  readonly #hazards: Hazards;
  #groups: readonly (readonly [string, readonly string[]])[] = [];
  #added = 0;
  #backups = 0;
  /** How often each kind of decision was carried out. */
  readonly done: Record<string, number> = {};

  constructor(stage: Stage, groups: readonly string[], hazards: Hazards) {
    this.#stage = stage;
    this.#names = groups;
    this.#hazards = hazards;
  }

  /** Reads in the program's own help which commands there are. */
  async learn(): Promise<void> {
    const groups = this.#names.map(async (group) => [group, await commandsOf(this.#stage, group)] as const);
    this.#groups = (await Promise.all(groups)).filter(([, commands]) => commands.length > 0);
  }

  /** Types one thing; whether there was something to type. */
  async type(): Promise<boolean> {
    const { random, platform } = this.#stage.world;
    const payments = [...platform.payments.values()];
    if (payments.length === 0) return false;
    // Mostly those of the last minutes, which are open.
    const payment = random.chance(0.8) ? random.pick(payments.slice(-80)) : random.pick(payments);
    const dice = random.next();
    if (dice < 0.08 && this.#hazards.has("removed wallets")) await this.#changeWallets();
    else if (dice < 0.28 && this.#hazards.has("repairs")) await this.#repair(payment, dice);
    else if (dice >= 0.28 && dice < 0.36 && this.#hazards.has("decisions")) await this.#resolve(payment);
    else await this.#look(payment);
    return true;
  }

  async #look(payment: Payment): Promise<void> {
    const { random } = this.#stage.world;
    const [group, commands] = random.pick(this.#groups);
    const command = random.pick(commands);
    const name = `${group} ${command}`;
    if (NOT_AT_RANDOM.includes(name) || MARKS.includes(name)) return;
    await this.#stage.command([group, command, ...this.#subject(name, payment)]);
  }

  #subject(name: string, { id, wallet, model }: Payment): readonly string[] {
    const { random } = this.#stage.world;
    if (name === "vault backup") return [this.#newBackup()];
    if (name.startsWith("vault") || name === "lane list" || name === "job export") return [];
    if (name === "job list")
      return random.chance(0.5) ? [] : [random.pick(["sent", "parked", "done", "failed"])];
    if (name === "job retry" && random.chance(0.3))
      return ["--all", `--chain=${model.ticker}`, `--state=${random.pick(["sent", "parked"])}`];
    return name.startsWith("lane") ? [wallet.address, `--chain=${model.ticker}`] : [id];
  }

  #newBackup(): string {
    this.#backups += 1;
    return `${this.#stage.program.home}/backup-${this.#backups}.dat`;
  }

  async #repair(payment: Payment, dice: number): Promise<void> {
    const payments = [...this.#stage.world.platform.payments.values()].slice(-200);
    const ended = payments.filter(({ isEnded, status }) => isEnded && status === "pending");
    const changed = payments.find(({ isChanged, firstSentAt }) => isChanged && firstSentAt === undefined);
    if (dice < 0.12 && ended.length > 0) return this.#reopen(this.#stage.world.random.pick(ended));
    if (dice < 0.18 && changed !== undefined)
      return this.#count("changed", await changeContent(this.#stage, changed));
    return this.#repairLane(payment.wallet);
  }

  /** Without a confirmation anything may be asked for; with one, only what is so. */
  async #resolve(payment: Payment): Promise<void> {
    const { random } = this.#stage.world;
    const network = this.#stage.world.network(payment.model.ticker);
    const { sent } = payment;
    const landed = sent.find((id) => network.hasLanded(id));
    if (landed !== undefined && random.chance(0.5))
      return this.#count("done", await resolveAsDone(this.#stage, payment, landed));
    const as = random.pick(["failed", "resign"]);
    const isOver = landed === undefined && sent.length > 0 && sent.every((id) => !network.canLand(id));
    const confirmed = isOver ? [`--confirm=${sent.at(-1)}`] : [];
    const args = ["job", "resolve", payment.id, `--as=${as}`, ...confirmed];
    this.#count(as, (await this.#stage.command(args)).status === 0);
  }

  /** What was ended by mistake; once it is taken up again it is to be paid. */
  async #reopen(payment: Payment): Promise<void> {
    const network = this.#stage.world.network(payment.model.ticker);
    const last = payment.sent.at(-1);
    if (payment.sent.some((id) => network.hasLanded(id) || network.canLand(id))) return;
    const confirmed = last === undefined ? [] : [`--confirm=${last}`];
    const { status } = await this.#stage.command(["job", "reopen", payment.id, ...confirmed]);
    if (status === 0) payment.isEnded = false;
    this.#count("reopened", status === 0);
  }

  /** Looks what holds an account up, on every chain, and frees the first number that is in the way. */
  async #repairLane(wallet: ModelWallet): Promise<void> {
    const [first] = await obstaclesOf(this.#stage, wallet);
    if (first === undefined) return;
    const as = await freeNumber(this.#stage, wallet, first);
    if (as !== undefined) this.#count(as, true);
  }

  async #changeWallets(): Promise<void> {
    const { random, wallets, absent } = this.#stage.world;
    const wallet = random.pick(wallets);
    if (this.#added < MOST_ADDED && random.chance(0.2)) return this.#addWallet(wallet);
    absent.add(wallet);
    const { status } = await this.#stage.command(["removewallet", wallet.signatureId, "--yes"]);
    this.#count("removed", status === 0);
    await Bun.sleep(random.below(LONGEST_ABSENCE));
    await this.#bringBack(wallet);
    absent.delete(wallet);
  }

  async #bringBack(wallet: ModelWallet): Promise<void> {
    const { random } = this.#stage.world;
    if (random.chance(0.5)) {
      const restored = await this.#stage.command(["wallet", "restore", wallet.signatureId]);
      this.#count("restored", restored.status === 0);
      if (restored.status === 0) return;
    }
    await this.#stage.program.import([wallet]).catch(() => {
      // It was not removed.
    });
  }

  async #addWallet(like: ModelWallet): Promise<void> {
    this.#added += 1;
    const { world, program } = this.#stage;
    const wallet = world.makeWallet(world.modelOf(like));
    const isThere = await program.import([wallet]).then(
      () => true,
      () => false,
    );
    if (isThere) world.wallets.push(wallet);
    this.#count("added", isThere);
  }

  #count(what: string, isDone: boolean): void {
    if (isDone) this.done[what] = (this.done[what] ?? 0) + 1;
  }
}

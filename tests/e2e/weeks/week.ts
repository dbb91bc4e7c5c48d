/** One hostile week: orders, weather, accidents and people, then quiet, then the judgement. */
import type { ModelWallet } from "./chains/chain-model.ts";
import { modelOf } from "./chains/index.ts";
import { Customers } from "./customers.ts";
import type { Hazards } from "./hazards.ts";
import { type Breach, judge } from "./judge.ts";
import type { Network } from "./network.ts";
import { type Crew, Operators } from "./operators.ts";
import type { Payment } from "./payment.ts";
import { changeContent, endAsFailed, repairLanes, resign, resolveAsDone, retry } from "./people.ts";
import { MINUTE, Stage } from "./stage.ts";
import { Weather } from "./weather.ts";

/** What is ordered, and what goes wrong meanwhile. */
export interface Load {
  readonly payments: number;
  readonly tickers: readonly string[];
  readonly hazards: Hazards;
  /** Real milliseconds for the orders; after that the week calms down, however many there were. */
  readonly longest: number;
}

export interface WeekOptions extends Load {
  readonly executable: string;
  readonly seed: number;
  readonly daemons: number;
  /** Whether an older copy of the vault's file is put back, once. */
  readonly rollback: boolean;
  readonly keep: boolean;
}

export interface WeekResult {
  readonly breaches: readonly Breach[];
  readonly account: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly home: string;
}

const WALLETS_OF_A_CHAIN = 5;
/** Chains whose payments stay valid when all their wallets are removed. */
const ABANDONED: readonly string[] = ["ETH", "BTC", "XRP", "XLM"];
/** Real milliseconds. */
const LONGEST_STILLNESS = 45_000;
/** Real milliseconds between looks at what is to be done. */
const LOOK_AGAIN = 50;
/** So often people go through what is still open, each time after so many milliseconds. */
const ROUNDS_OF_PEOPLE = 6;
const PATIENCE_OF_PEOPLE = 6 * MINUTE;

/** Until when more is ordered: a week in which nothing lands any more has shown what it can. */
class Progress {
  readonly #networks: readonly Network[];
  readonly #end: number;
  #landed = 0;
  #since = performance.now();

  /** @param longest real milliseconds */
  constructor({ world }: Stage, longest: number) {
    this.#networks = world.networks;
    this.#end = performance.now() + longest;
  }

  isOver(): boolean {
    const landed = this.#networks.reduce((sum, network) => sum + network.landed.size, 0);
    const now = performance.now();
    if (landed > this.#landed) [this.#landed, this.#since] = [landed, now];
    return now > this.#end || now > this.#since + LONGEST_STILLNESS;
  }
}

export async function runWeek(options: WeekOptions): Promise<WeekResult> {
  const { executable, seed, keep } = options;
  const stage = await Stage.open(executable, seed);
  try {
    return await playOut(stage, options, new Operators(stage, options));
  } finally {
    await stage.close();
    if (!keep) stage.program.remove();
  }
}

/** Plays a week to its end. */
export async function playOut(stage: Stage, load: Load, crew: Crew): Promise<WeekResult> {
  const { payments, tickers, hazards, longest } = load;
  const { world } = stage;
  await stage.wallets(tickers, WALLETS_OF_A_CHAIN);
  const customers = new Customers(world, hazards);
  const weather = new Weather(world, hazards);
  await crew.begin();
  const progress = new Progress(stage, longest);
  while (!progress.isOver() && (customers.ordered < payments || customers.waiting > 20)) {
    customers.pass(payments);
    weather.pass();
    crew.look();
    await Bun.sleep(LOOK_AGAIN);
  }
  if (hazards.has("abandoned chains")) await abandon(stage, tickers, weather);
  weather.end();
  await crew.rest();
  await settle(stage, customers);
  const jobs = await stage.jobs();
  const found = judge({ world, jobs, mayStayOpen: (payment) => customers.sharing.has(payment) });
  const breaches = [...stage.breaches, ...found];
  return {
    breaches,
    account: stage.accountOf(breaches),
    counts: { ...countsOf(stage, customers, weather), ...crew.done },
    home: stage.program.home,
  };
}

/** Removes all wallets of a chain while nothing of it can be sent: what is signed is still to be carried out. */
async function abandon(stage: Stage, tickers: readonly string[], weather: Weather): Promise<void> {
  const { world } = stage;
  const left = tickers.filter((ticker) => ABANDONED.includes(ticker));
  if (left.length === 0) return;
  const ticker = world.random.pick(left);
  weather.close(ticker);
  await stage.sleep(MINUTE);
  for (const wallet of world.wallets)
    if (wallet.entry["chain"] === ticker) await stage.command(["removewallet", wallet.signatureId, "--yes"]);
  world.abandoned.add(ticker);
}

/** Waits until all is over; what is not is handed to people, who know what is true on the networks. */
async function settle(stage: Stage, customers: Customers): Promise<void> {
  for (let round = 0; round < ROUNDS_OF_PEOPLE; round++) {
    const isOver = await stage.until(() => {
      customers.useFreeNumbers();
      return isQuiet(stage, customers);
    }, PATIENCE_OF_PEOPLE);
    if (round === 0) await tellParked(stage);
    if (isOver) return;
    await repairLanes(stage, heldUp(stage, customers));
    for (const payment of customers.open) await free(stage, payment);
    customers.giveUp();
  }
}

/** The wallets of what is open, and of what waits in a pool. */
function heldUp({ world }: Stage, customers: Customers): Set<ModelWallet> {
  const waiting = world.networks.flatMap(({ pool }) => [...pool.values()].map(({ account }) => account));
  const open = customers.open.map(({ wallet }) => wallet);
  return new Set([...open, ...world.wallets.filter(({ address }) => waiting.includes(address))]);
}

/** What the API lists goes on by itself, whatever it said before: nobody was asked about it yet. */
async function tellParked(stage: Stage): Promise<void> {
  for (const { id, state, parkedFor } of (await stage.jobs()).values()) {
    const payment = stage.world.platform.get(id);
    if (state === "parked" && parkedFor === "missing" && payment?.status === "pending")
      stage.breach(payment, "parked for nothing", "as if the API did not know it, which lists it");
  }
}

/** Whether nothing is under way any more; bytes that a pool forgot are sent again after a while. */
function isQuiet({ world }: Stage, customers: Customers): boolean {
  const isUnderWay = ({ status, model, sent }: Payment): boolean =>
    status === "completed" && !sent.some((id) => world.network(model.ticker).hasLanded(id));
  const open = [...customers.open, ...[...world.platform.payments.values()].filter(isUnderWay)];
  const isOver = open.every((payment) => customers.sharing.has(payment));
  return isOver && world.networks.every(({ pool }) => pool.size === 0);
}

/** What a person does about a payment that is still open: nothing that is not true. */
async function free(stage: Stage, payment: Payment): Promise<void> {
  const network = stage.world.network(payment.model.ticker);
  const landed = payment.sent.find((id) => network.hasLanded(id));
  if (landed !== undefined) await resolveAsDone(stage, payment, landed);
  else if (payment.isChanged && payment.firstSentAt === undefined) await changeContent(stage, payment);
  else if (await isReplaced(stage, payment)) {
    // One that names its number itself would be signed to the same bytes.
    if (payment.number !== undefined && payment.model.uniqueness === "nonce")
      await endAsFailed(stage, payment);
    else await resign(stage, payment);
  } else await retry(stage, payment);
}

/** Whether another transaction has used the number of the bytes that were signed: these can surely not land. */
async function isReplaced(stage: Stage, { id, model }: Payment): Promise<boolean> {
  const { status, stdout } = await stage.command(["job", "show", id]);
  if (status !== 0) return false;
  const { account, sequence, state } = JSON.parse(stdout) as Record<string, string | undefined>;
  if (account === undefined || sequence === undefined || state !== "parked") return false;
  return BigInt(sequence) < stage.world.network(model.ticker).count(account);
}

function countsOf(stage: Stage, customers: Customers, weather: Weather): Record<string, number> {
  const payments = [...stage.world.platform.payments.values()];
  const { ordered, cancelled, denied, foreign, changed } = customers;
  return {
    ordered,
    broadcasts: payments.reduce((sum, payment) => sum + payment.broadcasts, 0),
    landed: stage.world.networks.reduce((sum, { landed }) => sum + landed.size, 0),
    completed: payments.filter(({ status }) => status === "completed").length,
    cancelled,
    denied,
    foreign,
    changed,
    "signed anew": payments.filter(({ sent }) => sent.length > 1).length,
    open: customers.open.length,
    faults: weather.happened,
  };
}

/** @throws Error for a ticker that the weeks do not have */
export function readTickers(text: string): string[] {
  return text.split(",").map((ticker) => modelOf(ticker.trim().toUpperCase()).ticker);
}

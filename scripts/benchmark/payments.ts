/** Rows about payments: how many a second the daemon understands, signs, records and broadcasts. */
import { randomBytes } from "node:crypto";
import { tickers } from "../../chains/index.ts";
import { examplePayment } from "../../src/sandbox/chains/index.ts";
import { BenchmarkApi, type Payment } from "./api.ts";
import { signaturesASecond } from "./limits.ts";
import { Daemon, mainThreadTime, processorTime, until } from "./place.ts";
import { type Figure, type Row, shown } from "./row.ts";
import { PAYING_INDEX, type Payer, payersOf, vaultWith } from "./vaults.ts";

const ACCOUNTS = 40;

interface Kind {
  readonly ticker: string;
  readonly wallets: "mnemonic" | "private-key";
  /** Whether the daemon has one core alone; without it, all of the machine. */
  readonly onOneCore?: boolean;
}

/** How the daemon works off a list. */
interface Conditions {
  readonly vault: string;
  readonly list: readonly Payment[];
  /** Milliseconds of each answer of the API. */
  readonly delay: number;
  readonly onOneCore?: boolean | undefined;
}

/** Each spends another output; where a chain counts, its accounts take turns. */
async function payment({ ticker, wallets }: Kind, { signatureId, address }: Payer): Promise<Payment> {
  const input = { transactionId: randomBytes(32).toString("hex"), outputIndex: 0, satoshis: 1_000_000 };
  const index = wallets === "mnemonic" ? { index: PAYING_INDEX } : {};
  const wallet = { signatureId, address, network: "testnet", input, ...index } as const;
  return { ...(await examplePayment(ticker, wallet)), id: randomBytes(12).toString("hex") };
}

function payments(kind: Kind, payers: readonly Payer[], count: number): Promise<Payment[]> {
  const turns = Array.from({ length: count }, (_, at) => payers[at % payers.length] as Payer);
  return Promise.all(turns.map((payer) => payment(kind, payer)));
}

/** What one cycle of the daemon took, from its first poll to the last broadcast. */
interface Cycle {
  readonly milliseconds: number;
  /** Of all threads. */
  readonly processor: number;
  /** Of that, of the main thread. */
  readonly mainThread: number;
  readonly requests: number;
}

async function cycle({ vault, list, delay, onOneCore = false }: Conditions): Promise<Cycle> {
  const now = () => ({
    milliseconds: performance.now(),
    processor: processorTime(daemon.pid),
    mainThread: mainThreadTime(daemon.pid),
  });
  let began: ReturnType<typeof now> | undefined;
  const onPoll = (): void => {
    began ??= now();
  };
  await using api = new BenchmarkApi({ payments: list, delay, onPoll });
  const chains = [...new Set(list.map(({ chain }) => chain))].join(",");
  const words = ["--testnet", `--chain=${chains}`, "--run-once"];
  await using daemon = new Daemon({ apiUrl: api.url, vault, words, onOneCore });
  await until("the last payment", () => api.open.size === 0 || !daemon.isRunning);
  const end = now();
  await daemon.ended();
  const { milliseconds = 0, processor = 0, mainThread = 0 } = began ?? {};
  return {
    milliseconds: end.milliseconds - milliseconds,
    processor: end.processor - processor,
    mainThread: end.mainThread - mainThread,
    requests: api.requests,
  };
}

/** As a share of the limit, which is that of one core. */
const goalOf = ({ onOneCore = false }: Kind): number => (onOneCore ? 0.5 : 0.8);

async function rate(kind: Kind, count: number): Promise<Figure> {
  const { vault, of } = await payersOf([kind.ticker], ACCOUNTS, kind.wallets);
  const list = await payments(kind, of.get(kind.ticker) ?? [], count);
  const limit = signaturesASecond(kind.ticker === "SOL" ? "ed25519" : "secp256k1");
  const { milliseconds, processor, mainThread, requests } = await cycle({
    vault,
    list,
    delay: 0,
    onOneCore: kind.onOneCore,
  });
  const value = count / (milliseconds / 1000);
  return {
    size: count,
    value,
    limit,
    // So few payments tell how long the code takes to warm up.
    ...(count >= 1000 && { isReached: value >= goalOf(kind) * limit }),
    beside: {
      "processor time": `${shown(processor / count)} ms each, ${shown(1000 / (processor / count) / limit)} of the limit, ${shown(mainThread / count)} of the main thread`,
      requests: `${shown(requests / count)} each`,
    },
  };
}

function rateRow(name: string, what: string, kind: Kind): Row {
  return {
    name,
    what,
    unit: "/s",
    sizeOf: "payments",
    goal: `at least ${goalOf(kind)} of the limit`,
    limit: "noble: sign, verify, public key on one core",
    // A cycle takes ten thousand at most.
    sizes: kind.onOneCore === true ? [2000] : [100, 2000, 10_000],
    smallest: 20,
    measure: (size) => rate(kind, size),
  };
}

/** The same work with all cores of the machine, which the API stand-in shares, and with the daemon on one of them. */
function rateRows(name: string, what: string, kind: Kind): Row[] {
  return [
    rateRow(name, what, kind),
    rateRow(`${name}-one-core`, `${what}, the daemon on one core`, { ...kind, onOneCore: true }),
  ];
}

const DELAY = 50;
const SLOW_CHAINS = ["BTC", "ETH", "LTC", "BSC", "DOGE"];

/** With a slow API, what one waits for goes on beside what the others wait for. */
async function withLatency(count: number): Promise<Figure> {
  const { vault, of } = await payersOf(SLOW_CHAINS, Math.min(ACCOUNTS, count), "private-key");
  const lists = SLOW_CHAINS.map((ticker) =>
    payments({ ticker, wallets: "private-key" }, of.get(ticker) ?? [], Math.ceil(count / SLOW_CHAINS.length)),
  );
  const list = (await Promise.all(lists)).flat();
  const { milliseconds, requests } = await cycle({ vault, list, delay: DELAY });
  return {
    size: list.length,
    value: milliseconds / 1000,
    // A poll, a count and a broadcast in a row.
    limit: (3 * DELAY) / 1000,
    isReached: milliseconds <= 600,
    beside: { requests: String(requests) },
  };
}

const ALLOWED = 5;

/** An API that takes five requests a second: who is polled how late, and how much is refused. */
async function underLimit(seconds: number): Promise<Figure> {
  const period = 5;
  const polls = new Map<string, number[]>();
  const onPoll = (chain: string): void => {
    polls.set(chain, [...(polls.get(chain) ?? []), performance.now()]);
  };
  await using api = new BenchmarkApi({ perSecond: ALLOWED, onPoll });
  const vault = await vaultWith(tickers.length);
  await using daemon = new Daemon({ apiUrl: api.url, vault, words: ["--testnet", `--period=${period}`] });
  await until("a first poll of each chain", () => polls.size === tickers.length);
  const [before, refusedBefore] = [api.requests, api.refused];
  for (const times of polls.values()) times.splice(0, times.length - 1);
  await Bun.sleep(seconds * 1000);
  const end = performance.now();
  const gaps = [...polls.values()].map((times) =>
    Math.max(...times.map((time, at) => (times[at + 1] ?? end) - time)),
  );
  const share = Math.max(period, tickers.length / ALLOWED);
  const refused = (api.refused - refusedBefore) / Math.max(1, api.requests - before);
  const value = Math.max(...gaps) / 1000;
  return {
    size: seconds,
    value,
    limit: share,
    isReached: value <= 1.5 * share && refused < 0.02,
    beside: {
      refused: `${shown(100 * refused)} %`,
      "processor time": `${shown(processorTime(daemon.pid))} ms`,
    },
  };
}

export const paymentRows: readonly Row[] = [
  ...rateRows("btc", "pending BTC with one input, no latency", { ticker: "BTC", wallets: "private-key" }),
  rateRow("btc-mnemonic", "the same from mnemonic wallets", { ticker: "BTC", wallets: "mnemonic" }),
  ...rateRows("eth", "pending ETH, the nonce asked for", { ticker: "ETH", wallets: "private-key" }),
  ...rateRows("sol", "pending SOL, submitted and looked for", { ticker: "SOL", wallets: "private-key" }),
  {
    name: "latency",
    what: "pending over five chains and 40 accounts each, 50 ms a call",
    unit: "s",
    sizeOf: "payments",
    goal: "at most 0.6 s",
    limit: "three calls in a row",
    sizes: [200],
    smallest: 5,
    measure: withLatency,
  },
  {
    name: "fair",
    what: "22 chains, 5 requests a second allowed: the longest time between two polls of a chain",
    unit: "s",
    sizeOf: "s observed",
    goal: "at most 1.5 times the fair share, under 2 % refused",
    limit: "chains / requests allowed",
    sizes: [40],
    smallest: 1,
    measure: underLimit,
  },
];

/** Scenarios of answers that lie, are lost, or come from two nodes that are not one. */
import type { Answer } from "../fault.ts";
import { MINUTE, PATIENCE } from "../stage.ts";
import { areDone, type Scenario } from "./scenario.ts";

const bad = { act: "skip", answer: { status: 502, body: "Bad Gateway" } } as const;

function refusal(message: string): Answer {
  return { status: 403, body: { statusCode: 403, errorCode: "ethereum.broadcast.failed", message } };
}

/** The first broadcasts are answered like that, and nothing goes out. */
function lyingBroadcast(name: string, answer: Answer): Scenario {
  return {
    name: `a broadcast answered with ${name}`,
    tickers: ["ETH"],
    async play(stage) {
      const { world, program } = stage;
      const [wallet] = world.wallets;
      if (wallet === undefined) return;
      let lies = 1;
      world.fault = ({ kind }) => (kind === "broadcast" && lies-- > 0 ? { act: "skip", answer } : undefined);
      const payment = stage.pay("ETH", wallet);
      program.startDaemon(["ETH"]);
      await stage.until(() => areDone(stage, [payment]), PATIENCE);
    },
  };
}

const glitch: Scenario = {
  name: "an empty list and no payment known for ten seconds",
  tickers: ["ETH"],
  wallets: 10,
  async play(stage) {
    const { world, program } = stage;
    let isGlitch = false;
    let isOver = false;
    const asked = new Set<string>();
    let emptyLists = 0;
    world.showList = (_, entries) => {
      if (!isGlitch) return entries;
      emptyLists += 1;
      return [];
    };
    world.fault = ({ kind, id }) => {
      if (kind === "broadcast" && !isOver) return bad;
      if (kind !== "look-up" || !isGlitch || id === undefined) return undefined;
      // Of the round before, each is still taken for listed.
      if (emptyLists > 2) asked.add(id);
      const body = { statusCode: 403, errorCode: "kms.missing", message: "none" };
      return { act: "skip", answer: { status: 403, body } };
    };
    const broadcasts = new Set<string>();
    world.onCall = ({ kind, id }) => {
      if (kind === "broadcast" && id !== undefined) broadcasts.add(id);
    };
    const payments = world.wallets.map((wallet) => stage.pay("ETH", wallet));
    program.startDaemon(["ETH"]);
    await stage.until(() => broadcasts.size === payments.length, PATIENCE);
    await stage.sleep(MINUTE);
    isGlitch = true;
    await stage.until(() => asked.size === payments.length, 10 * MINUTE);
    await stage.sleep(10_000);
    [isGlitch, isOver] = [false, true];
    await stage.until(() => areDone(stage, payments), PATIENCE);
  },
};

/** A payment that fails on the network while nobody takes the report, and the daemon dies. */
const lostReport: Scenario = {
  name: "a failure on the network that could not be reported at once",
  tickers: ["SOL"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    world.network("SOL").failsOnChain = () => true;
    let reports = 0;
    let isDown = true;
    world.fault = ({ kind }) => (kind === "report" && isDown && ++reports > 0 ? bad : undefined);
    const payment = stage.pay("SOL", wallet);
    const daemon = program.startDaemon(["SOL"]);
    await stage.until(() => reports > 0, PATIENCE);
    await stage.sleep(5_000);
    await daemon.kill();
    isDown = false;
    program.startDaemon(["SOL"]);
    await stage.until(() => payment.reports.length > 0, PATIENCE);
  },
};

/** Each refusal has another number in its text; each is the same failure. */
const changingWords: Scenario = {
  name: "a failure whose words change every time",
  tickers: ["ETH"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    let count = 0;
    const payment = stage.pay("ETH", wallet);
    world.judgeOffer = () => {
      if (payment.broadcasts > 8) return undefined;
      count += 7;
      return { kind: "refused", why: "poor", words: `insufficient funds: balance ${count}, tx cost 9000` };
    };
    program.startDaemon(["ETH"]);
    await stage.until(() => areDone(stage, [payment]), PATIENCE);
    if (payment.reports.length > 2)
      stage.breach(payment, "told too often", `it was reported ${payment.reports.length} times`);
  },
};

/** The bytes landed, nobody said so; one node proves that their time is over, another one has not seen them yet. */
const provenByTwoVechain: Scenario = {
  name: "an expiry proven by two nodes, VET",
  tickers: ["VET"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    const blocks = 12;
    const payment = stage.pay("VET", wallet, { blocks });
    let overAt = Number.POSITIVE_INFINITY;
    world.marksComplete = () => false;
    world.fault = ({ kind }) =>
      kind === "broadcast" ? { act: "now", answer: { status: 500, body: "error" } } : undefined;
    world.lag = ({ what }) =>
      what.includes("/transaction") && world.clock.now() < overAt ? 600 * MINUTE : 0;
    program.startDaemon(["VET"]);
    await stage.until(() => payment.sent.length > 0, PATIENCE);
    // Its last block is final by then, and two minutes more.
    overAt = world.clock.now() + (blocks + 1) * 10_000 + 4 * MINUTE;
    await stage.until(() => payment.sent.length > 1 || world.clock.now() > overAt, PATIENCE);
    world.marksComplete = () => true;
    world.fault = () => undefined;
    await stage.until(() => areDone(stage, [payment]), PATIENCE);
  },
};

/** The same on Solana, where the other node keeps no more than the last blocks. */
const provenByTwoSolana: Scenario = {
  name: "an expiry proven by two nodes, SOL",
  tickers: ["SOL"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    const payment = stage.pay("SOL", wallet);
    let overAt = Number.POSITIVE_INFINITY;
    world.solanaHistory = ({ what }) =>
      /getSignatureStatuses|getTransaction/.test(what) && world.clock.now() < overAt ? 20n : undefined;
    world.fault = ({ what }) =>
      what === "getTransaction" && world.clock.now() < overAt
        ? { act: "skip", answer: { status: 503 } }
        : undefined;
    program.startDaemon(["SOL"]);
    await stage.until(() => payment.sent.length > 0, PATIENCE);
    overAt = world.clock.now() + 5 * MINUTE;
    await stage.until(() => payment.sent.length > 1 || world.clock.now() > overAt, PATIENCE);
    world.fault = () => undefined;
    await stage.until(() => areDone(stage, [payment]), PATIENCE);
  },
};

const other = `0x${"ab".repeat(32)}`;

export const answerScenarios: Readonly<Record<string, Scenario>> = {
  "10-other-id": lyingBroadcast("another transaction id", { status: 200, body: { txId: other } }),
  "10-error-id": lyingBroadcast("the id error", { status: 200, body: { txId: "error" } }),
  "10-status": lyingBroadcast("status 500 in a 200", { status: 200, body: { statusCode: 500, txId: "abc" } }),
  "10-words": lyingBroadcast(
    "words like already known",
    refusal("insufficient funds; last known transaction 5"),
  ),
  "12": glitch,
  "13": lostReport,
  "13-words": changingWords,
  "14-vet": provenByTwoVechain,
  "14-sol": provenByTwoSolana,
};

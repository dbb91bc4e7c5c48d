/** Scenarios of nonces and sequence numbers: gaps, shared ones, ones that others used, lies about them. */
import type { Payment } from "../payment.ts";
import { endAsFailed, repairLanes, resign } from "../people.ts";
import { MINUTE, PATIENCE, type Stage } from "../stage.ts";
import { areDone, type Scenario } from "./scenario.ts";

/** Real milliseconds between two uses of an account by another program. */
const OFTEN = 10;

/** Another program uses every second number of the account, as it is usual on the XRP Ledger. */
const manyGaps: Scenario = {
  name: "gaps by the dozen in the sequence numbers of an account, XRP",
  tickers: ["XRP"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    const network = world.network("XRP");
    const first = network.firstNumber;
    const payments = Array.from({ length: 60 }, (_, index) =>
      stage.pay("XRP", wallet, { number: first + BigInt(2 * index) }),
    );
    const others = setInterval(() => {
      const used = network.count(wallet.address) - first;
      if (used % 2n === 1n) network.useElsewhere(wallet.address);
    }, OFTEN);
    program.startDaemon(["XRP"]);
    await stage.until(() => areDone(stage, payments), PATIENCE);
    clearInterval(others);
  },
};

/** A number that two payments use must not go to a third when one of them gives it back. */
const sharedNumber: Scenario = {
  name: "a released nonce that a done payment uses",
  tickers: ["ETH"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    const network = world.network("ETH");
    for (let number = 0; number < 5; number++) network.useElsewhere(wallet.address);
    network.isMining = false;
    // The node that tells the count does not look into the pool.
    world.lag = ({ what }) => (what.includes("/count/") ? 1 : 0);
    const first = stage.pay("ETH", wallet, { fee: 20_000_000_000n });
    program.startDaemon(["ETH"]);
    await stage.until(() => first.status === "completed", PATIENCE);
    const second = stage.pay("ETH", wallet, { number: 5n, fee: 10_000_000_000n });
    await stage.until(() => second.broadcasts > 0 || second.reports.length > 0, PATIENCE);
    if (second.broadcasts > 0) await resign(stage, second);
    world.platform.cancel(second);
    await stage.sleep(MINUTE);
    const third = stage.pay("ETH", wallet, { fee: 40_000_000_000n });
    // It may wait for a block that tells whose the number is.
    await stage.until(() => third.status === "completed", 5 * MINUTE);
    network.isMining = true;
    await stage.until(() => areDone(stage, [first, third]), PATIENCE);
  },
};

/** One count that is far too high, for an account that signed before, or for one that never did. */
function countTooHigh(name: string, paidBefore: number): Scenario {
  return {
    name,
    tickers: ["ETH"],
    async play(stage) {
      const { world, program } = stage;
      const [wallet] = world.wallets;
      if (wallet === undefined) return;
      for (let number = 0; number < 3; number++) world.network("ETH").useElsewhere(wallet.address);
      const before = Array.from({ length: paidBefore }, () => stage.pay("ETH", wallet));
      program.startDaemon(["ETH"]);
      await stage.until(() => areDone(stage, before), PATIENCE);
      let lies = 1;
      world.fault = ({ what }) =>
        /\/count\/|eth_getTransactionCount/.test(what) && lies-- > 0
          ? { act: "now", answer: { status: 200, body: what.startsWith("/") ? 1000 : rpc("0x3e8") } }
          : undefined;
      const payments = [stage.pay("ETH", wallet), stage.pay("ETH", wallet)];
      await stage.until(() => areDone(stage, payments), PATIENCE);
    },
  };
}

function rpc(result: unknown): unknown {
  return { jsonrpc: "2.0", id: 1, result };
}

async function payBehind(stage: Stage, before: Payment): Promise<Payment[]> {
  const later = Array.from({ length: 5 }, () => stage.pay("ETH", before.wallet));
  await stage.until(() => areDone(stage, later), 8 * MINUTE);
  await repairLanes(stage, stage.world.wallets);
  await stage.until(() => areDone(stage, later), PATIENCE);
  return later;
}

/** Refused by the node, and ended by a person as the documents advise. */
const endedNumber: Scenario = {
  name: "the nonce of a refused payment that a person ended",
  tickers: ["ETH"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    const poor = stage.pay("ETH", wallet);
    world.judgeOffer = (_, payment) =>
      payment === poor ? { kind: "refused", why: "poor", words: payment.model.words.poor } : undefined;
    program.startDaemon(["ETH"]);
    await stage.until(() => poor.broadcasts >= 2, PATIENCE);
    await endAsFailed(stage, poor);
    world.platform.cancel(poor);
    await payBehind(stage, poor);
  },
};

/** Accepted, completed at the API, and forgotten by the pool. */
const forgottenByPool: Scenario = {
  name: "an accepted payment that the pool forgets",
  tickers: ["ETH"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    const network = world.network("ETH");
    network.isMining = false;
    const first = stage.pay("ETH", wallet);
    program.startDaemon(["ETH"]);
    await stage.until(() => first.status === "completed", PATIENCE);
    for (const id of first.sent) network.forget(id);
    network.isMining = true;
    await payBehind(stage, first);
    await stage.until(() => areDone(stage, [first]), PATIENCE);
  },
};

/**
 * The bytes never reached a pool, and another program used their number meanwhile. That is told long before the refusals are
 * too many, and a person can have it signed anew.
 */
const takenByOther: Scenario = {
  name: "a nonce that another program took",
  tickers: ["ETH"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    let broadcasts = 0;
    world.fault = ({ kind }) =>
      kind === "broadcast" && broadcasts++ < 2
        ? { act: "skip", answer: { status: 502, body: "Bad Gateway" } }
        : undefined;
    const payment = stage.pay("ETH", wallet);
    program.startDaemon(["ETH"]);
    await stage.until(() => broadcasts >= 2, PATIENCE);
    world.network("ETH").useElsewhere(wallet.address);
    if (await stage.until(() => areDone(stage, [payment]), 25 * MINUTE)) return;
    const job = (await stage.jobs()).get(payment.id);
    if (job?.state !== "parked")
      stage.breach(payment, "stuck", "offered again and again, although its nonce is used");
    await resign(stage, payment);
    await stage.until(() => areDone(stage, [payment]), PATIENCE);
  },
};

export const numberScenarios: Readonly<Record<string, Scenario>> = {
  "1": manyGaps,
  "4": sharedNumber,
  "11": countTooHigh("a count that is far too high once", 1),
  "11-first": countTooHigh("a count that is far too high once, of an account that never paid", 0),
  "18": endedNumber,
  "18-forgotten": forgottenByPool,
  "19": takenByOther,
};

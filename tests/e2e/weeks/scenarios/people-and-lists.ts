/** Scenarios of what people do, and of lists that are old or long. */
import type { Payment } from "../payment.ts";
import { endAsFailed, resign, resolveAsDone } from "../people.ts";
import { MINUTE, PATIENCE, type Stage } from "../stage.ts";
import { areDone, type Scenario } from "./scenario.ts";

/** A payment that landed, although its broadcast was answered with an error and the API does not have it completed. */
async function payUnseen(stage: Stage) {
  const { world, program } = stage;
  const [wallet] = world.wallets;
  if (wallet === undefined) throw new Error("There is no wallet.");
  world.marksComplete = () => false;
  world.fault = ({ kind }) =>
    kind === "broadcast" ? { act: "now", answer: { status: 500, body: "error" } } : undefined;
  const payment = stage.pay("ETH", wallet);
  const daemon = program.startDaemon(["ETH"]);
  await stage.until(() => payment.broadcasts > 0, PATIENCE);
  await daemon.kill();
  await stage.until(() => world.network("ETH").hasLanded(payment.sent[0] ?? ""), PATIENCE);
  return payment;
}

/** All is well again. Where the program did not take the decision, the person makes the one that it advises. */
async function calmDown(stage: Stage, payment: Payment, isDecided: boolean): Promise<void> {
  stage.world.fault = () => undefined;
  stage.world.marksComplete = () => true;
  const [landed] = payment.sent;
  if (!isDecided && landed !== undefined) await resolveAsDone(stage, payment, landed);
  stage.program.startDaemon(["ETH"]);
}

const endedWhileOut: Scenario = {
  name: "a payment ended by a person while the network has it",
  tickers: ["ETH"],
  async play(stage) {
    const payment = await payUnseen(stage);
    await calmDown(stage, payment, await endAsFailed(stage, payment));
    await stage.until(() => areDone(stage, [payment]), PATIENCE);
  },
};

const resignedUnclear: Scenario = {
  name: "a payment signed anew while the chain cannot be asked",
  tickers: ["ETH"],
  async play(stage) {
    const payment = await payUnseen(stage);
    const unclear = { act: "skip", answer: { status: 500, body: "error" } } as const;
    stage.world.fault = ({ kind }) => (kind === "on-chain" || kind === "node" ? unclear : undefined);
    await calmDown(stage, payment, await resign(stage, payment));
    await stage.until(() => areDone(stage, [payment]), PATIENCE);
  },
};

const removedWallet: Scenario = {
  name: "the last wallet of a chain removed while a payment is on its way",
  tickers: ["ETH"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    let broadcasts = 0;
    world.fault = ({ kind }) =>
      kind === "broadcast" && ++broadcasts > 0
        ? { act: "skip", answer: { status: 502, body: "" } }
        : undefined;
    const payment = stage.pay("ETH", wallet);
    const daemon = program.startDaemon(["ETH"]);
    await stage.until(() => broadcasts > 0, PATIENCE);
    await daemon.kill();
    await stage.command(["removewallet", wallet.signatureId], "y\nyes\n");
    world.fault = () => undefined;
    program.startDaemon(["ETH"]);
    await stage.until(() => areDone(stage, [payment]), PATIENCE);
  },
};

/** Real milliseconds: each approval takes that long, so that the last payments of the list are signed long after it came. */
const SLOW_APPROVAL = 850;

/** One payment whose approval takes most of a minute. */
const cancelledMeanwhile: Scenario = {
  name: "a payment cancelled while its approval is awaited",
  tickers: ["ETH"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    const payment = stage.pay("ETH", wallet);
    world.fault = ({ kind }) => {
      if (kind !== "four-eye") return undefined;
      world.platform.cancel(payment);
      return { act: "now", delay: SLOW_APPROVAL };
    };
    program.startDaemon(["ETH"]);
    await stage.until(() => payment.approvals > 0, PATIENCE);
    await stage.sleep(3 * MINUTE);
    if (payment.sent.length > 0)
      stage.breach(payment, "signed after it was cancelled", "before it was approved");
  },
};

const staleList: Scenario = {
  name: "payments cancelled during a long round",
  tickers: ["ETH"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    world.fault = ({ kind }) => (kind === "four-eye" ? { act: "now", delay: SLOW_APPROVAL } : undefined);
    const payments = Array.from({ length: 9 }, () => stage.pay("ETH", wallet));
    program.startDaemon(["ETH"]);
    await stage.until(() => payments.some(({ broadcasts }) => broadcasts > 0), PATIENCE);
    for (const payment of payments.slice(7)) world.platform.cancel(payment);
    await stage.until(() => areDone(stage, payments.slice(0, 7)), PATIENCE);
    await stage.sleep(2 * MINUTE);
  },
};

/** Real seconds that a list of many megabytes may take on a busy machine. */
const LONG_CALL = 20;

/** Junk of one wallet that is larger than any answer may be. */
const longList: Scenario = {
  name: "a list of more than 32 MiB before a good payment",
  tickers: ["ETH"],
  wallets: 2,
  async play(stage) {
    const { world, program } = stage;
    const [crowded, other] = world.wallets;
    if (crowded === undefined || other === undefined) return;
    const junk = Array.from({ length: 5_000 }, (_, index) => ({
      id: `d${index.toString(16).padStart(23, "0")}`,
      chain: "ETH",
      hashes: [crowded.signatureId],
      serializedTransaction: JSON.stringify({ to: crowded.address, data: `0x${"ab".repeat(3_600)}` }),
    }));
    stage.server.patience = LONG_CALL;
    world.showJunk = (signatureIds) => (signatureIds.has(crowded.signatureId) ? junk : []);
    const payment = stage.pay("ETH", other);
    program.startDaemon(["ETH"], ["--period=60"]);
    await stage.until(() => areDone(stage, [payment]), PATIENCE);
  },
};

/** More than a list has that is taken as it is; each of them is to be tried again, long before the last was looked at. */
const MANY = 1_200;

/** Denied ones of the same wallet come first in every list. */
const manyDenied: Scenario = {
  name: "very many denied payments before a good one",
  tickers: ["ETH"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    stage.server.patience = LONG_CALL;
    const like = stage.pay("ETH", wallet, { isDenied: true });
    for (let count = 0; count < MANY; count++) stage.pay("ETH", wallet, { isDenied: true, like });
    const payment = stage.pay("ETH", wallet);
    program.startDaemon(["ETH"]);
    await stage.until(() => areDone(stage, [payment]), PATIENCE);
  },
};

export const peopleScenarios: Readonly<Record<string, Scenario>> = {
  "3": endedWhileOut,
  "3-unclear": resignedUnclear,
  "5": removedWallet,
  "6": staleList,
  "6-approval": cancelledMeanwhile,
  "8": longList,
  "8-denied": manyDenied,
};

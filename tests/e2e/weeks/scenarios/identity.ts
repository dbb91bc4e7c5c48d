/** Scenarios of payments that share an identity: the same bytes, the same input. */
import { MINUTE, PATIENCE } from "../stage.ts";
import { areDone, type Scenario } from "./scenario.ts";

function sameBytes(ticker: string): Scenario {
  return {
    name: `same bytes under two ids, ${ticker}`,
    tickers: [ticker],
    async play(stage) {
      const [wallet] = stage.world.wallets;
      if (wallet === undefined) return;
      const first = stage.pay(ticker, wallet);
      stage.pay(ticker, wallet, { like: first });
      stage.program.startDaemon([ticker]);
      await stage.until(() => areDone(stage, [first]), PATIENCE);
      await stage.sleep(4 * MINUTE);
    },
    mayStayOpen: () => true,
  };
}

/** Two equal payments of Solana, a restart between them, and a node that gives the same blockhash all the time. */
const sameMessageAfterRestart: Scenario = {
  name: "same message of Solana after a restart",
  tickers: ["SOL"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    const network = world.network("SOL");
    // So that it outlives the restart.
    network.blockhashLife = 10_000;
    world.blockhashSlot = network.height();
    const first = stage.pay("SOL", wallet);
    const before = program.startDaemon(["SOL"]);
    await stage.until(() => areDone(stage, [first]), PATIENCE);
    await before.kill();
    const second = stage.pay("SOL", wallet, { like: first });
    program.startDaemon(["SOL"]);
    await stage.until(() => second.status === "completed", 8 * MINUTE);
    world.blockhashSlot = undefined;
    await stage.until(() => areDone(stage, [first, second]), PATIENCE);
  },
};

/** Bitcoin: the second pays a higher fee, so that a pool puts it in the place of the first. */
const sharedInput: Scenario = {
  name: "shared input of two payments, BTC",
  tickers: ["BTC"],
  async play(stage) {
    const { world, program } = stage;
    const [wallet] = world.wallets;
    if (wallet === undefined) return;
    const network = world.network("BTC");
    network.isMining = false;
    const input = `${"ab".repeat(32)}:1`;
    const first = stage.pay("BTC", wallet, { input });
    program.startDaemon(["BTC"]);
    await stage.until(() => first.status === "completed", PATIENCE);
    stage.pay("BTC", wallet, { input, amount: first.amount - 30_000n, fee: 32_000n });
    await stage.sleep(5 * MINUTE);
    network.isMining = true;
    await stage.sleep(5 * MINUTE);
  },
  mayStayOpen: () => true,
};

export const identityScenarios: Readonly<Record<string, Scenario>> = {
  "2-algo": sameBytes("ALGO"),
  "2-tron": sameBytes("TRON"),
  "2-btc": sameBytes("BTC"),
  "2-xrp": sameBytes("XRP"),
  "2-xlm": sameBytes("XLM"),
  "2-sol": sameMessageAfterRestart,
  "15": sharedInput,
};

/** The limit of requests, as the API sees it: 22 chains, of which all want to be polled, and an API that takes five a second. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { tickers } from "../../../chains/index.ts";
import { onScene, until } from "./running-daemon.ts";
import { ethPrivateKey } from "./wallets.ts";

setDefaultTimeout(120_000);

const wallets = Object.fromEntries(
  tickers.map((chain, number) => [
    `66666666-0000-4000-8000-${String(number).padStart(12, "0")}`,
    { privateKey: ethPrivateKey, chain, testnet: false },
  ]),
);

const ALLOWED = 5;
/** Milliseconds in which the rate may be learned. */
const LEARNING = 10_000;
const OBSERVED = 30_000;

test.concurrent.each([
  ["a little less than it takes", 5000],
  ["twice what it takes", 2000],
])("every chain is polled in its time, and few are refused: all together want %s", async (_much, period) => {
  await onScene(async ({ api, start }) => {
    const taken: { readonly at: number; readonly path: string }[] = [];
    const refused: number[] = [];
    api.answer = ({ path }) => {
      const at = performance.now();
      if (taken.filter((one) => at - one.at < 1000).length >= ALLOWED) {
        refused.push(at);
        return new Response("", { status: 429 });
      }
      taken.push({ at, path });
      return undefined;
    };
    start([`--period=${period / 1000}`]);
    await until("the first poll", () => taken.length > 0);
    const began = performance.now();
    await Bun.sleep(LEARNING + OBSERVED);
    const from = began + LEARNING;
    const fairShare = Math.max(period, (1000 * tickers.length) / ALLOWED);
    for (const chain of tickers) {
      const at = taken.filter(({ path }) => path === `/v3/kms/pending/${chain}`).map((one) => one.at);
      const gaps = at.slice(1).flatMap((time, number) => (time > from ? time - (at[number] as number) : []));
      expect([chain, gaps.length > 4, Math.max(...gaps) < 1.5 * fairShare]).toEqual([chain, true, true]);
    }
    const share = refused.filter((at) => at > from).length / taken.filter(({ at }) => at > from).length;
    expect(share).toBeLessThan(0.02);
  }, wallets)();
});

import { expect, setDefaultTimeout, test } from "bun:test";
import { parseTransaction } from "viem";
import { onScene, payloadOf, until } from "./running-daemon.ts";
import { ethPaymentWithoutNonce } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const PAYMENTS = 12;

function nonceOf(payload: string): number | undefined {
  return parseTransaction(payload as `0x${string}`).nonce;
}

test(
  "two daemons on one vault by mistake send no transaction with two contents and use no nonce twice",
  onScene(async ({ api, start }) => {
    api.pending = Array.from({ length: PAYMENTS }, (_, at) => ethPaymentWithoutNonce(at + 1));
    api.answer = ({ path }) => (path.includes("/transaction/count/") ? Response.json(3) : undefined);
    const daemons = [start(["--chain=ETH"]), start(["--chain=ETH"])];
    const payloads = new Map<string, Set<string>>();
    const collect = (): boolean => {
      for (const broadcast of api.broadcasts) {
        const { signatureId } = broadcast.body as { signatureId: string };
        payloads.set(signatureId, (payloads.get(signatureId) ?? new Set()).add(payloadOf(broadcast)));
      }
      return payloads.size === PAYMENTS;
    };
    await until("all payments sent", collect);
    for (const daemon of daemons) {
      daemon.signal("SIGTERM");
      expect(await daemon.exited()).toBe(0);
    }
    collect();
    const all = [...payloads.values()].flatMap((set) => [...set]);
    expect(all).toHaveLength(PAYMENTS);
    expect(new Set(all.map(nonceOf)).size).toBe(PAYMENTS);
  }),
  30_000,
);

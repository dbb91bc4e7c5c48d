import { expect, setDefaultTimeout, test } from "bun:test";
import { parseTransaction } from "viem";
import { onScene, payloadOf } from "./running-daemon.ts";
import { ethAddress, ethPaymentWithoutNonce, pendingId } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const COUNT = `/v3/ethereum/transaction/count/${ethAddress}`;

function nonceOf(payload: string): number {
  return parseTransaction(payload as `0x${string}`).nonce ?? 0;
}

test(
  "several transactions of one sender get consecutive nonces in the order of the list, across restarts, while the node's count stays behind",
  onScene(async ({ api, runOnce }) => {
    api.answer = ({ path }) => (path === COUNT ? Response.json(40) : undefined);
    const rounds = [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 12], [13]];
    for (const numbers of rounds) {
      api.pending = numbers.map(ethPaymentWithoutNonce);
      expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
    }
    expect(api.broadcasts.map(({ body }) => (body as { signatureId: string }).signatureId)).toEqual(
      rounds.flat().map(pendingId),
    );
    expect(api.broadcasts.map(payloadOf).map(nonceOf)).toEqual(rounds.flat().map((_, at) => 40 + at));
  }),
);

test(
  "the node's count of nonces wins when it is ahead, once its blocks confirm it",
  onScene(async ({ api, runOnce }) => {
    let count = 40;
    let confirmed = 40;
    api.answer = ({ path, body }) => {
      if (path === COUNT) return Response.json(count);
      const isAsked = (body as { method?: string })?.method === "eth_getTransactionCount";
      return isAsked ? Response.json({ id: 1, result: `0x${confirmed.toString(16)}` }) : undefined;
    };
    api.pending = [ethPaymentWithoutNonce(1)];
    expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
    count = 50;
    api.pending = [ethPaymentWithoutNonce(2)];
    const held = await runOnce(["--chain=ETH"]);
    expect(held).toMatchObject({ status: 75, stderr: expect.stringContaining("counts 50 transactions") });
    confirmed = 50;
    expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
    expect(api.broadcasts.map(payloadOf).map(nonceOf)).toEqual([40, 50]);
  }),
);

test(
  "a nonce is not used up by a transaction that was refused before it was signed",
  onScene(async ({ api, runOnce }) => {
    api.answer = ({ path }) => (path === COUNT ? Response.json(40) : undefined);
    api.fourEye = ({ path }) => new Response("", { status: path.endsWith(pendingId(2)) ? 404 : 200 });
    api.pending = [1, 2, 3].map(ethPaymentWithoutNonce);
    expect(await runOnce(["--chain=ETH"])).toMatchObject({ status: 0 });
    expect(api.broadcasts.map(payloadOf).map(nonceOf)).toEqual([40, 41]);
  }),
);

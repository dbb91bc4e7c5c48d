/** A call that hangs holds up its own payment and account, and nothing else of the chain. */
import { expect, test } from "bun:test";
import type { RecordedRequest } from "../stand-in-api.ts";
import { onScene, until } from "./running-daemon.ts";
import {
  ethPayment,
  ethPaymentWithoutNonce,
  ethPrivateKey,
  type Pending,
  pendingId,
  walletIds,
} from "./wallets.ts";

const ACCOUNTS = 50;

/** Signature IDs of accounts that are beside the one of {@link walletIds}. */
const accountIds = Array.from(
  { length: ACCOUNTS },
  (_, number) => `44444444-0000-4000-8000-${String(number).padStart(12, "0")}`,
);

const wallets = Object.fromEntries([
  [walletIds.eth, { privateKey: ethPrivateKey, chain: "ETH", testnet: false }],
  ...accountIds.map((id, number) => {
    const privateKey = `0x${(number + 1).toString(16).padStart(64, "0")}`;
    return [id, { privateKey, chain: "ETH", testnet: false }];
  }),
]);

/** Each of another account. */
const payments = accountIds.map(
  (id, number): Pending => ({ ...ethPayment(100 + number, { nonce: 1 + number }), hashes: [id] }),
);

const never = new Promise<undefined>(() => undefined);

/** Milliseconds that the good payment waited behind those that hang. */
async function waitBehind(
  hanging: readonly Pending[],
  hangs: (request: RecordedRequest) => boolean,
  enough: number,
): Promise<number> {
  let waited = Number.NaN;
  await onScene(async ({ api, start }) => {
    let hung = 0;
    api.answer = (request) => {
      if (!hangs(request)) return undefined;
      hung++;
      return never;
    };
    api.pending = [...hanging];
    const daemon = start(["--chain=ETH"]);
    await until("calls that hang", () => hung >= enough);
    api.pending = [...hanging, ethPayment(1)];
    const listed = performance.now();
    await daemon.logged(`Tx was processed: ${pendingId(1)}`);
    waited = performance.now() - listed;
    await daemon.kill();
  }, wallets)();
  return waited;
}

const isApproval = ({ path }: RecordedRequest): boolean => path.startsWith("/four-eye/");

/** Of a payment that hangs; the good one is number 1. */
const isOfOthers = ({ path }: RecordedRequest): boolean => !path.endsWith(pendingId(1));

test("the nonce of one account that hangs", async () => {
  const account = payments.slice(0, 1).map((one) => ({
    ...ethPaymentWithoutNonce(100),
    hashes: one.hashes,
  }));
  const later = [101, 102, 103].map((number) => ({
    ...ethPaymentWithoutNonce(number),
    hashes: account[0]?.hashes ?? [],
  }));
  const waited = await waitBehind(
    [...account, ...later],
    ({ path }) => path.includes("/transaction/count/"),
    1,
  );
  expect(waited).toBeLessThan(2000);
});

test("fifty approvals that hang", async () => {
  const waited = await waitBehind(payments, (request) => isApproval(request) && isOfOthers(request), 8);
  expect(waited).toBeLessThan(2000);
});

test("one broadcast that hangs", async () => {
  const isBroadcast = ({ path, body }: RecordedRequest): boolean =>
    path.endsWith("/broadcast") && (body as { signatureId?: string }).signatureId !== pendingId(1);
  const waited = await waitBehind(payments.slice(0, 1), isBroadcast, 1);
  expect(waited).toBeLessThan(2000);
});

test("a failure that is reported meanwhile changes no job under the hands of a later round", async () => {
  await onScene(async ({ api, start }) => {
    // The nonce is refused, which is reported, and asked for again and again.
    api.pending = [101, 102, 103, 104].map(ethPaymentWithoutNonce);
    const daemon = start(["--chain=ETH", "--period=0.05"]);
    await until("reports", () => api.reported.length >= 4);
    await until("forty polls", () => api.to("/v3/kms/pending/ETH").length >= 40);
    expect(daemon.log).not.toContain("was changed by another process");
    expect(api.reported).toHaveLength(4);
  }, wallets)();
});

test("polls go on by the clock meanwhile, and what is in work is not begun again", async () => {
  await onScene(async ({ api, start }) => {
    api.answer = (request) => (isApproval(request) ? never : undefined);
    api.pending = payments.slice(0, 3);
    start(["--chain=ETH"]);
    await until("twenty polls", () => api.to("/v3/kms/pending/ETH").length >= 20);
    expect(
      api
        .to("/four-eye/")
        .map(({ path }) => path)
        .sort(),
    ).toEqual(payments.slice(0, 3).map(({ id }) => `/four-eye/${id}`));
  }, wallets)();
});

test("a payment that is cancelled while it waits behind one that hangs is not signed", async () => {
  await onScene(async ({ api, start }) => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    api.answer = (request) => (request.path === `/four-eye/${pendingId(1)}` ? promise : undefined);
    api.pending = [ethPayment(1), ethPayment(2), ethPayment(3)];
    const daemon = start(["--chain=ETH"]);
    await until("the questions", () => api.to("/four-eye/").length === 3);
    api.pending = [ethPayment(1), ethPayment(3)];
    const polls = api.to("/v3/kms/pending/ETH").length;
    await until("two further polls", () => api.to("/v3/kms/pending/ETH").length >= polls + 2);
    resolve(new Response(""));
    await daemon.logged(`Tx was processed: ${pendingId(3)}`);
    expect(api.broadcasts.map(({ body }) => (body as { signatureId: string }).signatureId)).toEqual([
      pendingId(1),
      pendingId(3),
    ]);
  }, wallets)();
});

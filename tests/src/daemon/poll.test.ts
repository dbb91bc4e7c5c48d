import { afterEach, beforeEach, expect, test } from "bun:test";
import type { JsonValue } from "../../../chains/codec/exact-json.ts";
import { pollChain, type Round } from "../../../src/daemon/poll.ts";
import { PendingList } from "../../../src/tatum/pending-list.ts";
import { payment, SigningScene, WALLET } from "../signing/signing-scene.ts";

let scene: SigningScene;
beforeEach(async () => {
  scene = await SigningScene.create();
});
afterEach(() => scene.end());

function roundOf(list: PendingList, transactionIds?: ReadonlySet<string>): Round {
  return {
    pipeline: scene.pipeline(),
    list,
    signatureIds: [WALLET],
    transactionIds,
    onLatestVersion: () => undefined,
  };
}

const idOf = (number: number): string => payment(number).transaction.id;

/** So many payments, one after another. */
function listed(count: number): JsonValue[] {
  const entry = payment(0).asListed as { readonly [name: string]: JsonValue };
  return Array.from({ length: count }, (_, number) => ({ ...entry, id: idOf(number) }));
}

const wantedIds = (wanted: Awaited<ReturnType<typeof pollChain>>["wanted"]): string[] =>
  wanted.map(({ transaction }) => transaction.id);

test("what nothing is to be done for is left out before ten thousand are chosen", async () => {
  scene.api.answer = () => Response.json(listed(10_001));
  const denied = new Set(Array.from({ length: 10_000 }, (_, number) => idOf(number)));
  const result = await pollChain(roundOf(new PendingList("ETH")), async () => denied);
  expect(wantedIds(result.wanted)).toEqual([idOf(10_000)]);
  expect(result.listedIds?.size).toBe(10_001);
});

test("of more than ten thousand the rest comes with the next poll", async () => {
  scene.api.answer = () => Response.json(listed(10_001));
  const list = new PendingList("ETH");
  const first = await pollChain(roundOf(list), async () => new Set());
  expect(first).toMatchObject({ isComplete: false, mayPass: true });
  expect(wantedIds(first.wanted)).toHaveLength(10_000);
  for (const id of wantedIds(first.wanted)) list.lookedAt(id);
  const second = await pollChain(roundOf(list), async () => new Set());
  expect(wantedIds(second.wanted)[0]).toBe(idOf(10_000));
});

test("those that --transaction-ids names come first", async () => {
  scene.api.answer = () => Response.json(listed(10_001));
  const named = new Set([idOf(10_000)]);
  const result = await pollChain(roundOf(new PendingList("ETH"), named), async () => new Set());
  expect(wantedIds(result.wanted)).toEqual([idOf(10_000)]);
});

test("a wallet with many entries does not come before another wallet's first", async () => {
  const [other, ...many] = listed(2000).reverse();
  const [hash] = ["22222222-0000-4000-8000-000000000002"];
  const otherWallet = { ...(other as { readonly [name: string]: JsonValue }), hashes: [hash as string] };
  scene.api.answer = () => Response.json([...many, otherWallet]);
  const result = await pollChain(roundOf(new PendingList("ETH")), async () => new Set());
  expect(wantedIds(result.wanted).indexOf(idOf(1999))).toBe(1);
});

test("a short list is taken as it is", async () => {
  scene.api.answer = () => Response.json(listed(3));
  const result = await pollChain(roundOf(new PendingList("ETH")), () => Promise.reject(new Error("asked")));
  expect(wantedIds(result.wanted)).toEqual([idOf(0), idOf(1), idOf(2)]);
  expect(result.isComplete).toBe(true);
});

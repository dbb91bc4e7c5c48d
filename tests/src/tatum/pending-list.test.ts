import { expect, test } from "bun:test";
import { ApiUnavailable } from "../../../src/errors.ts";
import { HttpFailure } from "../../../src/http/message.ts";
import type { PendingPart, TatumApi } from "../../../src/tatum/api.ts";
import { PendingList } from "../../../src/tatum/pending-list.ts";

const LONGEST = 100;

/** An API whose list has so many characters for each signature id, and that answers no longer ones than {@link LONGEST}. */
function apiWith(lengths: Readonly<Record<string, number>>, failing: readonly string[] = []) {
  const asked: (readonly string[])[] = [];
  const pending = async (_chain: string, ids: readonly string[]): Promise<PendingPart> => {
    asked.push(ids);
    const characters = ids.reduce((sum, id) => sum + (lengths[id] ?? 0), 0);
    if (ids.some((id) => failing.includes(id))) throw new ApiUnavailable("HTTP 500");
    if (characters > LONGEST) {
      const cause = new HttpFailure("too-large", "too large");
      throw new ApiUnavailable("too large", { cause });
    }
    return { list: ids.map((id) => ({ id })), characters };
  };
  return { asked, api: { pending } as unknown as TatumApi };
}

const ids = ["a", "b", "c", "d"] as const;
const each = (characters: number) => Object.fromEntries(ids.map((id) => [id, characters]));
const listed = ({ entries }: { readonly entries: readonly unknown[] }): string[] =>
  entries.map((entry) => (entry as { id: string }).id).sort();

test("a list that fits is asked for at once", async () => {
  const { api, asked } = apiWith(each(25));
  const listing = await new PendingList("ETH").poll(api, ids);
  expect(listed(listing)).toEqual([...ids]);
  expect(listing.isWhole).toBe(true);
  expect(asked).toEqual([[...ids]]);
});

test("a longer one is asked for in halves until they fit", async () => {
  const { api, asked } = apiWith(each(60));
  const listing = await new PendingList("ETH").poll(api, ids);
  expect(listed(listing)).toEqual([...ids]);
  expect(listing.isWhole).toBe(true);
  expect(asked.filter(({ length }) => length === 1)).toHaveLength(4);
});

test("one wallet whose list is too long takes no other along", async () => {
  const { api } = apiWith({ ...each(10), c: 101 });
  const listing = await new PendingList("ETH").poll(api, ids);
  expect(listed(listing)).toEqual(["a", "b", "d"]);
  expect(listing).toMatchObject({ isWhole: false, tooLong: ["c"] });
});

test("a part that fails takes along nothing that came before it, and is told", async () => {
  const { api } = apiWith({ ...each(60) }, ["c"]);
  const list = new PendingList("ETH");
  // The whole is refused, so that the halves are found by their length first.
  const whole = apiWith(each(60));
  await list.poll(whole.api, ids);
  const listing = await list.poll(api, ids);
  expect(listed(listing)).toEqual(["a", "b"]);
  expect(listing.isWhole).toBe(false);
  expect(listing.failure?.message).toBe("HTTP 500");
});

test("nothing at all is a failure", async () => {
  const { api } = apiWith(each(1), ids);
  await expect(new PendingList("ETH").poll(api, ids)).rejects.toBeInstanceOf(ApiUnavailable);
});

const named = (count: number) => Array.from({ length: count }, (_, number) => ({ id: `${number}` }));

/** Polls, and looks at the first of those that have their turn. */
async function lookAt(list: PendingList, entries: readonly { readonly id: string }[], count: number) {
  await list.poll(apiWith({}).api, []);
  const turn = (list.inTurn(entries) as typeof entries).slice(0, count).map(({ id }) => id);
  for (const id of turn) list.lookedAt(id);
  return turn;
}

test("of 25,000 entries each has its turn within three rounds", async () => {
  const list = new PendingList("ETH");
  const seen = new Set<string>();
  // What was looked at takes every second place of those that remain.
  for (let round = 0; round < 4; round++)
    for (const id of await lookAt(list, named(25_000), Number.POSITIVE_INFINITY)) seen.add(id);
  expect(seen.size).toBe(25_000);
});

test("the last of a list has its turn although each round is cut short", async () => {
  const list = new PendingList("ETH");
  const seen = new Set<string>();
  for (let round = 0; round < 19; round++) for (const id of await lookAt(list, named(100), 10)) seen.add(id);
  expect(seen.size).toBe(100);
});

test("a new entry has its turn at once, however many were looked at before", async () => {
  const list = new PendingList("ETH");
  const entries = named(50);
  for (let round = 0; round < 10; round++) await lookAt(list, entries, 10);
  expect(await lookAt(list, [...entries, { id: "new" }], 2)).toContain("new");
});

test("is asked for with the very array that it was given, once all of it came", async () => {
  const list = new PendingList("ETH");
  const long = apiWith(each(60));
  await list.poll(long.api, ids);
  const short = apiWith(each(1));
  for (let poll = 0; poll < 4; poll++) await list.poll(short.api, ids);
  expect(short.asked.at(-1)).toBe(ids);
});

/**
 * What the Tatum API takes from one key, shared by the daemons of a database: each says with its sign of life what it wants and what it has, and
 * takes its part by what the others said. No request asks the database; while that is away, the last part counts.
 */
import * as v from "valibot";
import { keptApiKey } from "../api-key-name.ts";
import type { HttpClient } from "../http/client.ts";
import type { RateLimit } from "../http/rate-limit.ts";
import type { Vault } from "../vault/vault.ts";

/** Of the whole, so much is divided equally whatever is wanted, so that each can begin at once. */
const RESERVED = 0.1;

/** So much more than was wanted is given before anybody gets what nobody wants. */
const HEADROOM = 1.5;

/** Who sends so much of its part wants more: what it would send without the part cannot be seen. */
const HELD_UP = 0.8;

/** Milliseconds over which requests are counted at least, and for which two ends of a pause are the same one. */
const SHORTEST_COUNT = 500;
const SAME_PAUSE = 1000;

const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const rate = v.pipe(amount, v.gtValue(0));

/** Times are milliseconds since 1970 by the database's clock, rates are requests a second. */
export const toldLimitSchema = v.object({
  /** Names the API key: a keyed hash. */
  key: v.pipe(v.string(), v.maxLength(16)),
  wanted: amount,
  /** The part that it sends at most; absent as long as it knows no limit. */
  held: v.optional(rate),
  /** What the API takes from all, as learned from its refusals. */
  learned: v.optional(v.object({ total: rate, at: amount })),
  /** Until when the API asked for no request. */
  pausedUntil: v.optional(amount, 0),
});

/** What a daemon says of one API key. */
export type ToldLimit = v.InferOutput<typeof toldLimitSchema>;

/** API keys that a daemon tells of; further ones are not shared. */
export const MOST_TOLD = 32;

/**
 * Max-min fair parts (Bertsekas and Gallager, Data Networks, section 6.5.2): nobody gets more than wanted while somebody lacks; what is left
 * goes to who wants much.
 *
 * @param whole requests a second
 * @param wanted by each, in requests a second
 */
export function fairParts(whole: number, wanted: readonly number[]): number[] {
  if (wanted.length < 2) return wanted.map(() => whole);
  const reserve = (whole * RESERVED) / wanted.length;
  const wants = wanted.map((one, index) => ({ index, most: Math.max(0, one * HEADROOM - reserve) }));
  const parts = wanted.map(() => 0);
  let left = whole - reserve * wanted.length;
  for (const [place, { index, most }] of wants.toSorted((a, b) => a.most - b.most).entries()) {
    const part = Math.min(most, left / (wanted.length - place));
    parts[index] = part;
    left -= part;
  }
  const sum = parts.reduce((all, part) => all + part, 0);
  return parts.map((part) => reserve + part + left * (sum > 0 ? part / sum : 1 / wanted.length));
}

/** What is to be told, and what follows from it once it is. */
export interface Plan {
  readonly told: ToldLimit;
  readonly follow: () => void;
}

/** What a limit was when the look began. */
interface Measured {
  /** Requests a second that were sent or wait. */
  readonly asked: number;
  readonly perSecond: number | undefined;
  readonly pausedFor: number;
}

/** What the API takes from all: requests a second, and when that was learned; 0 where it is what the operator says. */
interface Whole {
  readonly total: number;
  readonly at: number;
}

export class SharedLimit {
  readonly key: string;
  readonly #limit: Pick<RateLimit, "state" | "given" | "divide" | "pause">;
  readonly #perSecond: () => number | undefined;
  readonly #now: () => number;
  /** What the operator said last, the part that followed, and what is known of the whole. */
  #told: number | undefined;
  #part: number | undefined;
  #whole: Whole | undefined;
  /** Whether the others know of a part that is this daemon's. */
  #hasPart = false;
  #count: { readonly given: number; readonly at: number; readonly asked: number };
  /** The last pause that another daemon told of. */
  #pausedUntil = 0;

  /**
   * @param key names the API key
   * @param perSecond what the operator says that the API takes; 0 for no limit, `undefined` to learn it
   */
  constructor(
    key: string,
    limit: Pick<RateLimit, "state" | "given" | "divide" | "pause">,
    perSecond: () => number | undefined,
    now: () => number = () => performance.now(),
  ) {
    this.key = key;
    this.#limit = limit;
    this.#perSecond = perSecond;
    this.#now = now;
    this.#count = { given: limit.given, at: now(), asked: 0 };
    this.#begin();
  }

  /**
   * What to tell the others. Nothing changes before that is told.
   * @param others what they said last, this daemon not among them
   * @param now by the database's clock
   */
  plan(others: readonly ToldLimit[], now: number): Plan {
    if (this.#perSecond() !== this.#told) this.#begin();
    const measured = this.#measure();
    const { pausedUntil, pause } = this.#pauseOf(measured, others, now);
    const before = this.#whole;
    const whole = this.#wholeOf(measured, others, now);
    const wanted = wantedOf(measured, whole);
    const told = { key: this.key, wanted: short(wanted), pausedUntil };
    if (whole === undefined) return { told, follow: pause };
    const perSecond = this.#partOf(whole, { ...measured, wanted }, others);
    const atMost = this.#told === undefined ? undefined : (perSecond * this.#told) / whole.total;
    const isNews = whole.at > (before?.at ?? 0);
    return {
      told: { ...told, held: short(perSecond), ...(whole.at > 0 && { learned: whole }) },
      follow: () => {
        pause();
        // What was learned while the others were told counts with the next sign of life.
        if (this.#limit.state.perSecond !== measured.perSecond || this.#perSecond() !== this.#told) return;
        this.#whole = whole;
        this.#part = perSecond;
        this.#hasPart = true;
        this.#limit.divide({ perSecond, atMost, isNews }, whole.total);
      },
    };
  }

  /** The operator's word alone counts. */
  #begin(): void {
    this.#told = this.#perSecond();
    this.#part = this.#limit.state.perSecond;
    this.#whole = this.#told === undefined || this.#told === 0 ? undefined : { total: this.#told, at: 0 };
  }

  /** Requests a second that were sent since the last look, with those that wait; after a quiet time half of what was wanted before. */
  #measure(): Measured {
    const { perSecond, waiting, pausedFor } = this.#limit.state;
    const { given } = this.#limit;
    const at = this.#now();
    const seconds = Math.max(SHORTEST_COUNT, at - this.#count.at) / 1000;
    const asked = Math.max((given - this.#count.given + waiting) / seconds, this.#count.asked / 2);
    this.#count = { given, at, asked };
    return { asked, perSecond, pausedFor };
  }

  /** What was learned last, here or elsewhere. */
  #wholeOf({ perSecond, asked }: Measured, others: readonly ToldLimit[], now: number): Whole | undefined {
    if (this.#told === 0) return undefined;
    const most = this.#told ?? Number.POSITIVE_INFINITY;
    let newest = this.#whole;
    if (perSecond !== undefined && perSecond !== this.#part) {
      const rest = newest === undefined ? sumOf(others) : newest.total - (this.#part ?? asked);
      newest = { total: Math.max(perSecond, Math.min(most, rest + perSecond)), at: now };
    }
    for (const { learned } of others)
      if (learned !== undefined && learned.at <= now && learned.at > (newest?.at ?? 0))
        newest = { ...learned, total: Math.min(most, learned.total) };
    return newest;
  }

  /** The part that is fair; more than before only as far as the others have let it go. */
  #partOf(
    { total }: Whole,
    { wanted, perSecond }: Measured & { readonly wanted: number },
    others: readonly ToldLimit[],
  ): number {
    const [fair = total] = fairParts(total, [wanted, ...others.map((other) => other.wanted)]);
    const held = this.#hasPart ? (perSecond ?? 0) : 0;
    if (others.length === 0 || fair <= held) return fair;
    const reserve = (total * RESERVED) / (others.length + 1);
    return Math.min(fair, Math.max(held, reserve, total - sumOf(others)));
  }

  #pauseOf(
    { pausedFor }: Measured,
    others: readonly ToldLimit[],
    now: number,
  ): { readonly pausedUntil: number; readonly pause: () => void } {
    const own = pausedFor > 0 ? Math.round(now + pausedFor) : 0;
    // One that came from another daemon is told on as it came, so that it grows not longer from one to the next.
    const known = own > this.#pausedUntil + SAME_PAUSE ? own : Math.min(own, this.#pausedUntil);
    const theirs = Math.max(0, ...others.map(({ pausedUntil }) => pausedUntil));
    const pause = (): void => {
      if (theirs <= Math.max(now, own + SAME_PAUSE)) return;
      this.#pausedUntil = theirs;
      this.#limit.pause(theirs - now);
    };
    return { pausedUntil: Math.max(known, 0), pause };
  }
}

/** All that may be wanted, where the part holds requests up; else what was asked. */
function wantedOf({ asked, perSecond }: Measured, whole: Whole | undefined): number {
  const isHeldUp = whole !== undefined && perSecond !== undefined && asked >= HELD_UP * perSecond;
  return isHeldUp ? Math.max(asked, whole.total) : asked;
}

const short = (value: number): number => Number(value.toPrecision(4));

/** Of what the others have; of one that knows no limit, what it wants. */
const sumOf = (others: readonly ToldLimit[]): number =>
  others.reduce((sum, { held, wanted }) => sum + (held ?? wanted), 0);

/**
 * The limits of a daemon's API keys, each shared with all who have the key, whatever its name is there.
 * @param perSecond as for {@link SharedLimit}
 */
export function shareLimits(
  vault: Pick<Vault, "keyedHash">,
  {
    apis,
    http,
  }: {
    readonly apis: readonly {
      readonly apiUrl: URL;
      readonly apiKey: string;
      readonly apiKeyName: string;
    }[];
    readonly http: Pick<HttpClient, "limit">;
  },
  perSecond: () => number | undefined,
): SharedLimit[] {
  return apis.map(({ apiUrl, apiKey, apiKeyName }) => {
    const hash = vault.keyedHash("api-key", Buffer.from(`${apiUrl.origin}\n${apiKey}`));
    const limit = http.limit(apiUrl, perSecond(), keptApiKey(apiKeyName));
    return new SharedLimit(Buffer.from(hash.subarray(0, 12)).toString("base64"), limit, perSecond);
  });
}

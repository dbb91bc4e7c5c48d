import { describe, expect, test } from "bun:test";
import { RateLimit } from "../../../src/http/rate-limit.ts";
import { fairParts, SharedLimit, type ToldLimit } from "../../../src/lease/shared-limit.ts";

const SIGN = 5_000;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

describe("a whole of 10 a second is divided", () => {
  test.each([
    ["one alone has it", [0], [10]],
    ["two that want nothing have half each", [0, 0], [5, 5]],
    ["two that want too much have half each, however much it is", [400, 9], [5, 5]],
    ["who is busy has what an idle one leaves", [50, 0], [9.5, 0.5]],
    ["who wants little gets it, with what it needs to want more", [50, 2], [7, 3]],
    ["what nobody wants goes where much is wanted", [4, 0], [9.5, 0.5]],
  ])("%s", (_, wanted, parts) => {
    expect(fairParts(10, wanted).map((part) => Number(part.toFixed(6)))).toEqual(parts);
  });
});

/** A daemon as far as it sends requests, of which some are said to have been sent. */
interface Daemon {
  readonly limit: RateLimit;
  readonly shared: SharedLimit;
  sent: number;
}

/** Daemons of one key that give their signs of life by a clock of the test. */
class Daemons {
  now = 1_000_000;
  readonly told = new Map<number, ToldLimit>();
  readonly all: Daemon[] = [];
  perSecond: number | undefined;

  constructor(perSecond: number | undefined) {
    this.perSecond = perSecond;
  }

  join(): RateLimit {
    const now = () => this.now;
    const limit = new RateLimit("api", this.perSecond, now);
    const port = {
      get state() {
        return limit.state;
      },
      get given() {
        return limit.given + daemon.sent;
      },
      divide: limit.divide.bind(limit),
      pause: limit.pause.bind(limit),
    };
    const daemon = { limit, sent: 0 } as Daemon & { shared: SharedLimit };
    daemon.shared = new SharedLimit("key", port, () => this.perSecond, now);
    this.all.push(daemon);
    this.sign(this.all.length - 1);
    return limit;
  }

  sign(number: number): void {
    const others = [...this.told].flatMap(([other, told]) => (other === number ? [] : [told]));
    const plan = this.all[number]?.shared.plan(others, this.now);
    if (plan === undefined) throw new Error(`There is no daemon ${number}.`);
    this.told.set(number, plan.told);
    plan.follow();
  }

  /** A period in which each daemon wants to send so many requests a second, and gives a sign of life. */
  pass(...wanted: readonly number[]): void {
    for (const [number, daemon] of this.all.entries()) daemon.sent += (wanted[number] ?? 0) * (SIGN / 1000);
    this.now += SIGN;
    for (const number of this.told.keys()) this.sign(number);
  }

  parts(): number[] {
    return this.all.map(({ limit }) => limit.state.perSecond ?? Number.POSITIVE_INFINITY);
  }
}

/** What a host answers to one too many. */
async function refuse(limit: RateLimit, seconds?: number): Promise<void> {
  const headers = new Headers(seconds === undefined ? {} : { "retry-after": String(seconds) });
  (await limit.take({ priority: "poll", patience: 60_000 })).answered(429, headers);
}

describe("daemons of one key", () => {
  test("together never have more than the whole and a fifth of it, whatever they want and when they look", () => {
    for (let seed = 1; seed <= 40; seed++) {
      let state = seed;
      const random = (below: number): number => {
        state = (state * 48_271) % 2_147_483_647;
        return state % below;
      };
      const daemons = new Daemons(5);
      for (let step = 0; step < 30; step++) {
        if (daemons.all.length < 5 && random(6) === 0) daemons.join();
        else if (daemons.all.length > 0) {
          daemons.now += random(SIGN);
          const number = random(daemons.all.length);
          const daemon = daemons.all[number];
          if (daemon !== undefined) daemon.sent += random(60);
          daemons.sign(number);
        }
        expect(sum(daemons.parts())).toBeLessThanOrEqual(5 * 1.2);
      }
    }
  });

  test("settle within two signs of life when one joins, wants more or leaves", () => {
    const daemons = new Daemons(10);
    daemons.join();
    expect(daemons.parts()).toEqual([10]);
    daemons.join();
    daemons.pass(20, 20);
    daemons.pass(20, 20);
    expect(sum(daemons.parts())).toBeCloseTo(10, 1);
    expect(Math.min(...daemons.parts())).toBeGreaterThan(3);
    daemons.told.delete(1);
    daemons.pass(20);
    expect(daemons.parts()[0]).toBe(10);
  });

  test("that send all they may have fair parts, though nobody sees how much more they want", () => {
    const daemons = new Daemons(10);
    const send = (): void => daemons.pass(...daemons.parts());
    daemons.join();
    send();
    daemons.join();
    for (let sign = 0; sign < 3; sign++) send();
    expect(daemons.parts().map((part) => part.toFixed(1))).toEqual(["5.0", "5.0"]);
    daemons.pass(0.5, daemons.parts()[1] ?? 0);
    daemons.pass(0.5, daemons.parts()[1] ?? 0);
    daemons.pass(0.5, daemons.parts()[1] ?? 0);
    expect(daemons.parts()[1]).toBeGreaterThan(8);
  });

  test("hear of a pause that the API asked one of them for, once", async () => {
    const daemons = new Daemons(10);
    const refused = daemons.join();
    const other = daemons.join();
    daemons.now += SIGN;
    await refuse(refused, 60);
    const end = daemons.now + 60_000;
    daemons.sign(0);
    daemons.sign(1);
    expect(daemons.now + other.state.pausedFor).toBe(end);
    for (let sign = 0; sign < 14; sign++) {
      daemons.now += SIGN;
      daemons.sign(1);
      daemons.sign(0);
    }
    expect([refused.state.pausedFor, other.state.pausedFor]).toEqual([0, 0]);
    expect(daemons.now - end).toBeLessThan(15_000);
  });

  test("begin with the rate that another one learned, and forget nothing when that one ends", async () => {
    const daemons = new Daemons(undefined);
    const first = daemons.join();
    expect(first.state.perSecond).toBeUndefined();
    for (let sent = 0; sent < 10; sent++) {
      (await first.take({ priority: "poll", patience: 0 })).answered(200, new Headers());
      daemons.now += 1;
    }
    await refuse(first, 1);
    const learned = first.state.perSecond ?? 0;
    expect(learned).toBeCloseTo(9, 5);
    daemons.now += SIGN;
    daemons.sign(0);
    const second = daemons.join();
    expect(second.state.perSecond).toBeLessThanOrEqual(learned / 10);
    daemons.told.delete(0);
    daemons.now += SIGN;
    daemons.sign(1);
    expect(second.state.perSecond).toBeCloseTo(learned, 5);
  });

  test("that are told another limit count with it at once", () => {
    const daemons = new Daemons(10);
    const [one, other] = [daemons.join(), daemons.join()];
    daemons.now += SIGN;
    for (const number of [0, 1, 0]) daemons.sign(number);
    expect(sum(daemons.parts())).toBeCloseTo(10, 1);
    daemons.perSecond = 4;
    for (const limit of [one, other]) limit.change(4);
    expect(sum(daemons.parts())).toBeCloseTo(4, 1);
    for (const number of [0, 1, 0]) daemons.sign(number);
    expect(sum(daemons.parts())).toBeCloseTo(4, 1);
  });
});

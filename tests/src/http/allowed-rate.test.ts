import { describe, expect, test } from "bun:test";
import { AllowedRate } from "../../../src/http/allowed-rate.ts";

/** Requests a second, from the milliseconds between two. */
const perSecond = (rate: AllowedRate): number => 1000 / rate.interval;

/** A host took so many requests within the last second, and refused one more. */
function refusedAfter(rate: AllowedRate, taken: number, now: number): void {
  for (let number = 0; number < taken; number++) rate.sent(now - 1);
  rate.sent(now);
  rate.refused(now, now);
}

describe("a rate that nobody told", () => {
  test("has no bound until a request is refused", () => {
    const rate = new AllowedRate(undefined);
    for (let number = 0; number < 1000; number++) rate.sent(number);
    expect(rate.interval).toBe(0);
  });

  test("is a little less than what the host took in the second before", () => {
    const rate = new AllowedRate(undefined);
    refusedAfter(rate, 5, 10_000);
    expect(perSecond(rate)).toBeCloseTo(4.5);
  });

  test("falls once for refusals of requests that were sent before it fell", () => {
    const rate = new AllowedRate(undefined);
    refusedAfter(rate, 5, 10_000);
    for (let late = 0; late < 20; late++) rate.refused(9_990, 10_050);
    expect(perSecond(rate)).toBeCloseTo(4.5);
  });

  test("falls by no more than half at a time, and never to nothing", () => {
    const rate = new AllowedRate(undefined);
    refusedAfter(rate, 8, 10_000);
    refusedAfter(rate, 1, 12_000);
    expect(perSecond(rate)).toBeCloseTo(3.6);
    for (let now = 14_000; now < 60_000; now += 2000) refusedAfter(rate, 1, now);
    expect(perSecond(rate)).toBe(0.5);
  });

  test("stays when a host refuses that had nothing to take: that is about something else", () => {
    const rate = new AllowedRate(undefined);
    refusedAfter(rate, 5, 10_000);
    for (let now = 12_000; now < 25_000; now += 1000) refusedAfter(rate, 0, now);
    expect(perSecond(rate)).toBeCloseTo(4.5);
  });

  test("rises when requests wait and nothing was refused for 15 seconds", () => {
    const rate = new AllowedRate(undefined);
    refusedAfter(rate, 5, 10_000);
    rate.wanted(24_999);
    expect(perSecond(rate)).toBeCloseTo(4.5);
    rate.wanted(25_000);
    expect(perSecond(rate)).toBeGreaterThan(4.5);
  });

  test("goes back after a step that was too far, and tries less, and later", () => {
    const rate = new AllowedRate(undefined);
    refusedAfter(rate, 5, 10_000);
    rate.wanted(25_000);
    refusedAfter(rate, 5, 26_000);
    expect(perSecond(rate)).toBeCloseTo(4.5);
    rate.wanted(55_999);
    expect(perSecond(rate)).toBeCloseTo(4.5);
    rate.wanted(56_000);
    expect(perSecond(rate)).toBeCloseTo(4.95);
  });
});

describe("a rate that the operator told", () => {
  test("holds from the first request on, and is never exceeded", () => {
    const rate = new AllowedRate(10);
    expect(perSecond(rate)).toBe(10);
    rate.wanted(1_000_000);
    expect(perSecond(rate)).toBe(10);
  });

  test("falls where the host refuses, and comes back", () => {
    const rate = new AllowedRate(10);
    refusedAfter(rate, 6, 10_000);
    expect(perSecond(rate)).toBeCloseTo(5.4);
    for (let now = 30_000; now < 600_000; now += 1000) rate.wanted(now);
    expect(perSecond(rate)).toBe(10);
  });

  test("of 0 means none: nothing is learned", () => {
    const rate = new AllowedRate(0);
    refusedAfter(rate, 5, 10_000);
    expect(rate.interval).toBe(0);
  });
});

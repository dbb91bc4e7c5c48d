/** The daemon under load, for a short time. A long time, and a graph: `scripts/soak.ts`. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { judge } from "./soak/judgement.ts";
import { runSoak } from "./soak/run-soak.ts";
import type { Sample } from "./soak/sample.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

// What a process takes is read from /proc.
test.if(process.platform === "linux")(
  "under load and with errors no job is lost, none has two contents, and the daemon stays small",
  async () => {
    const { samples, added, done, lost, violations } = await runSoak({
      seconds: 20,
      wallets: 1_000,
      jobsPerSecond: 5,
      faultShare: 0.05,
      seed: Math.floor(Math.random() * 2 ** 31),
    });
    expect({ lost, violations }).toEqual({ lost: 0, violations: [] });
    expect(done).toBe(added);
    expect(added).toBeGreaterThan(80);
    expect(samples.length).toBeGreaterThan(15);
    expect(Math.max(...samples.map(({ memory }) => memory))).toBeLessThan(300);
    expect(Math.max(...samples.map(({ descriptors }) => descriptors))).toBeLessThan(40);
    expect(Math.max(...samples.map(({ threads }) => threads))).toBeLessThan(40);
  },
  240_000,
);

describe("the judgement on a soak", () => {
  function samples(change: (second: number) => Partial<Sample>): Sample[] {
    return Array.from({ length: 90 }, (_, second) => ({
      seconds: second,
      memory: 100,
      descriptors: 15,
      threads: 9,
      done: 50 * second,
      open: 0,
      pollInterval: 1,
      latency: 1,
      ...change(second),
    }));
  }

  test("finds nothing in steady figures, whatever the first third was like", () => {
    const steady = samples((second) => (second < 30 ? { memory: 50 + second, descriptors: second } : {}));
    const { memorySlope, descriptorGrowth, threadGrowth, ratesBySecondAndLastThird } = judge(steady);
    expect(memorySlope).toBeCloseTo(0);
    expect([descriptorGrowth, threadGrowth]).toEqual([0, 0]);
    expect(ratesBySecondAndLastThird).toEqual([50, 50]);
  });

  test("finds a leak of memory, in MiB a minute, and of descriptors", () => {
    const leaking = samples((second) => ({ memory: 100 + second / 30, descriptors: 10 + second }));
    expect(judge(leaking).memorySlope).toBeCloseTo(2);
    expect(judge(leaking).descriptorGrowth).toBe(30);
  });
});

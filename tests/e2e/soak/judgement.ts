/** What the samples of a soak say about leaks. */
import type { Sample } from "./sample.ts";

/** The change of `y` with `x`, by least squares. */
function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / points.length;
  const above = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const below = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return above / below;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export interface Judgement {
  /** MiB a minute. */
  readonly memorySlope: number;
  /** The median in the last third, less that in the second. */
  readonly descriptorGrowth: number;
  readonly threadGrowth: number;
  /** Jobs a second in the second and in the last third. */
  readonly ratesBySecondAndLastThird: readonly [number, number];
}

/** Looks at the last two thirds: in the first one the program warms up. */
export function judge(samples: readonly Sample[]): Judgement {
  const third = Math.floor(samples.length / 3);
  const [second, last] = [samples.slice(third, 2 * third), samples.slice(2 * third)];
  const growth = (of: (sample: Sample) => number): number => median(last.map(of)) - median(second.map(of));
  const rate = (part: readonly Sample[]): number => {
    const [first, end] = [part[0], part.at(-1)];
    if (first === undefined || end === undefined) return Number.NaN;
    return (end.done - first.done) / (end.seconds - first.seconds);
  };
  return {
    memorySlope: slope(samples.slice(third).map(({ seconds, memory }) => ({ x: seconds / 60, y: memory }))),
    descriptorGrowth: growth(({ descriptors }) => descriptors),
    threadGrowth: growth(({ threads }) => threads),
    ratesBySecondAndLastThird: [rate(second), rate(last)],
  };
}

/** The steps of a transaction: what is measured of each, and what whoever follows them is told. */
import type { Outcome } from "../journal/job.ts";

/** Steps whose time is measured, with what is measured. */
export const steps = {
  poll: "Time of the API's answer to a poll, in seconds.",
  approval: "Time until everybody who has to agree to a transaction decided, in seconds.",
  signing: "Time to sign a transaction, with what has to be asked for it, in seconds.",
  broadcast: "Time of one attempt to broadcast, in seconds.",
  transaction: "Time from the first sight of a pending transaction until it was done, in seconds.",
} as const;
export type Step = keyof typeof steps;

/** Whose work it is. */
export interface Subject {
  readonly chain: string;
  /** Id of the pending transaction. */
  readonly job?: string | undefined;
}

/** A step that has ended; times in milliseconds since 1970. */
export interface ObservedStep extends Subject {
  readonly step: Step | "record";
  readonly begun: number;
  readonly ended: number;
  readonly failed: boolean;
}

/** Who follows the steps of the jobs. */
export interface StepObserver {
  step(observed: ObservedStep): void;
  /** The round of a job has ended. */
  ended(chain: string, job: string, outcome: Outcome): void;
}

/** All who follow the steps. */
export class StepFollowers implements StepObserver {
  readonly #observers: StepObserver[] = [];

  add(observer: StepObserver): void {
    this.#observers.push(observer);
  }

  step(observed: ObservedStep): void {
    for (const observer of this.#observers) observer.step(observed);
  }

  ended(chain: string, job: string, outcome: Outcome): void {
    for (const observer of this.#observers) observer.ended(chain, job, outcome);
  }

  /** Does a step and tells of it, also where it fails. */
  async told<Result>(
    about: Pick<ObservedStep, "step" | "chain" | "job">,
    work: () => Promise<Result>,
  ): Promise<Result> {
    // By one clock for all steps, so that what was begun later is not told as earlier; how long it took is by the other one.
    const [begun, before] = [Date.now(), performance.now()];
    let failed = true;
    try {
      const result = await work();
      failed = false;
      return result;
    } finally {
      this.step({ ...about, begun, ended: begun + (performance.now() - before), failed });
    }
  }
}

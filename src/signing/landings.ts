/**
 * What the API took and no block shows yet. A node may drop bytes that it took: then the payment counts as done and is never
 * carried out, and all that the account sends behind it waits. That is noticed, told, and the same bytes are sent again, which
 * can land only once.
 */
import type { Chain, ChainEnvironment } from "../../chains/chain.ts";
import type { Job } from "../journal/job.ts";
import { doneAfter } from "../journal/job-list.ts";
import type { JobPlace } from "../store/tables/job.ts";
import type { HeldNumber } from "./environment.ts";
import { Look, type Outside, type Watched } from "./landing-look.ts";

/** Milliseconds between two looks at the payments of a chain. */
const LOOKS_APART = 60_000;

/** Milliseconds: what was done before that is not looked at after a start. */
const LOOKED_BACK = 7 * 86_400_000;

/** Payments that one look lists. */
const MOST_LISTED = 10_000;

/** The payments of one chain on one network. */
export class Landings {
  readonly #watched = new Map<string, Watched>();
  readonly #told = new Set<string>();
  readonly #clock: () => number;
  #listed: JobPlace = { updatedAt: Date.now() - LOOKED_BACK, jobKey: new Uint8Array(32) };
  /** The jobs of its last millisecond. */
  #latest: ReadonlySet<string> = new Set();
  #nextLook: number;
  /** What ends the turn in which somebody looks; a look of a turn that has ended holds no other one up. */
  #looking: AbortSignal | undefined;

  /** @param clock milliseconds, only ever forward */
  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
    this.#nextLook = clock() + LOOKS_APART;
  }

  /** Numbers of an account whose bytes the network dropped and does not take again. */
  held(account: string): readonly HeldNumber[] {
    const advice = "Its bytes are sent again by itself; the job and a block explorer tell more.";
    return [...this.#watched.values()].flatMap(({ id, number, refusal, ...watched }) =>
      watched.account !== account || number === undefined || refusal === undefined
        ? []
        : [{ id, number, reason: `it was taken and dropped, and is not taken again: ${refusal}`, advice }],
    );
  }

  /**
   * Looks, if it is time to. What cannot be asked now is asked the next time.
   * @throws KmsError of a failure of the vault
   */
  async look(chain: Chain, environment: ChainEnvironment, services: Outside): Promise<void> {
    if (this.#looking?.aborted === false || this.#clock() < this.#nextLook) return;
    // Where a chain hands its bytes over by itself, done means that a block has them.
    if (chain.submit !== undefined) return;
    const { stopping } = services;
    this.#looking = stopping;
    try {
      const options = { chain, environment, services, watched: this.#watched, told: this.#told };
      await new Look({ ...options, now: this.#clock() }).run(await this.#list(services));
    } finally {
      if (this.#looking === stopping) this.#looking = undefined;
      this.#nextLook = this.#clock() + LOOKS_APART;
    }
  }

  /** The jobs that were done since the last look; another may have been done in the millisecond that it ended with. */
  async #list({ vault, journal }: Outside): Promise<readonly Job[]> {
    const { jobs, last } = await doneAfter(vault, journal.scope, this.#listed, MOST_LISTED);
    if (last === undefined) return jobs;
    const { updatedAt } = last;
    const before = updatedAt === this.#listed.updatedAt ? this.#latest : new Set<string>();
    this.#latest = new Set([
      ...before,
      ...jobs.filter((job) => job.updatedAt === updatedAt).map(({ id }) => id),
    ]);
    this.#listed = jobs.length < MOST_LISTED ? { updatedAt, jobKey: new Uint8Array(32) } : last;
    return jobs.filter(({ id }) => !before.has(id));
  }
}

/**
 * An explorer of all interleavings of several nodes at one store: the real lease, journal, rounds and pipeline run on it, every
 * step that others can notice is taken in every order, nodes crash, lose their lease while they stand still, and get no answers.
 * States that are equal in all that a later step can depend on are gone on from once.
 */
import { type Action, type Scope, type Snapshot, Way } from "./way.ts";

export interface Finding {
  readonly violation: string;
  /** The steps that lead there. */
  readonly trace: readonly string[];
}

export interface Exploration {
  readonly states: number;
  /** Ends of ways: nothing is left to do, or the turns are used up. */
  readonly ends: number;
  /** Ends at which every payment landed and is done. */
  readonly finished: number;
  readonly finding: Finding | undefined;
  /** Whether all states were visited. */
  readonly isWhole: boolean;
}

/** Waits pass at once, but for those of a lease, which never do: who takes it over decides the explorer. */
function withoutWaiting<Result>(work: () => Promise<Result>): Promise<Result> {
  const { setTimeout: usual } = globalThis;
  const LONG = 60_000;
  globalThis.setTimeout = ((callback: () => void, milliseconds = 0) => {
    if (milliseconds < LONG) queueMicrotask(callback);
    return 0;
  }) as unknown as typeof usual;
  return work().finally(() => {
    globalThis.setTimeout = usual;
  });
}

/** A choice on a way: which of how many. */
interface Choice {
  taken: number;
  readonly of: number;
}

class Explorer {
  readonly #scope: Scope;
  readonly #mostStates: number;
  readonly #onState: (states: number) => void;
  readonly #seen = new Set<string>();
  readonly #contents = new Map<string, string>();
  /** Where ways were left while no node worked: others go on from there, and not from the beginning. */
  readonly #left: Snapshot[] = [];
  #ends = 0;
  #finished = 0;

  constructor(explored: Scope, mostStates: number, onState: (states: number) => void) {
    this.#scope = explored;
    this.#mostStates = mostStates;
    this.#onState = onState;
  }

  async run(): Promise<Exploration> {
    let finding = await this.#from(undefined);
    while (finding === undefined && this.#mayGoOn) {
      const next = this.#left.pop();
      if (next === undefined) break;
      finding = await this.#from(next);
    }
    const isWhole = finding === undefined && this.#mayGoOn;
    return { states: this.#seen.size, ends: this.#ends, finished: this.#finished, finding, isWhole };
  }

  get #mayGoOn(): boolean {
    return this.#seen.size < this.#mostStates;
  }

  /** Goes all ways from a place on, each to its end or to the next place where no node works. */
  async #from(place: Snapshot | undefined): Promise<Finding | undefined> {
    const choices: Choice[] = [];
    let finding: Finding | undefined;
    do {
      finding = await this.#follow(place, choices);
      while ((choices.at(-1)?.taken ?? 0) + 1 >= (choices.at(-1)?.of ?? 1) && choices.length > 0)
        choices.pop();
      const last = choices.at(-1);
      if (last !== undefined) last.taken += 1;
    } while (finding === undefined && choices.length > 0 && this.#mayGoOn);
    return finding;
  }

  /** Goes the way of the choices, and on from there by first choices until nothing new comes. */
  async #follow(place: Snapshot | undefined, choices: Choice[]): Promise<Finding | undefined> {
    const way = new Way(this.#scope, this.#contents, place);
    try {
      for (const { taken } of choices) await way.perform((await way.actions())[taken] as Action);
      while (true) {
        const actions = await way.actions();
        const violation = way.violation(actions.length === 0);
        if (violation !== undefined) return { violation, trace: way.trace };
        const isBegin = choices.length === 0;
        if (!isBegin && !this.#isNew(await way.key())) return undefined;
        if (actions.length === 0) {
          this.#ends += 1;
          if (way.world.isFinished) this.#finished += 1;
          return undefined;
        }
        if (!isBegin && way.isQuiet) {
          this.#left.push(way.snapshot());
          return undefined;
        }
        choices.push({ taken: 0, of: actions.length });
        await way.perform(actions[0] as Action);
      }
    } finally {
      way.dispose();
    }
  }

  #isNew(key: string): boolean {
    const hash = Bun.hash(key).toString(36);
    if (this.#seen.has(hash)) return false;
    this.#seen.add(hash);
    this.#onState(this.#seen.size);
    return true;
  }
}

/**
 * Visits all states, or as many as are allowed, until something is wrong.
 * @param onState is told how many there are so far
 */
export function explore(
  explored: Scope,
  mostStates = Number.POSITIVE_INFINITY,
  onState: (states: number) => void = () => undefined,
): Promise<Exploration> {
  return withoutWaiting(() => new Explorer(explored, mostStates, onState).run());
}

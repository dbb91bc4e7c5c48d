import type { Installation, RunOptions } from "../executable.ts";

/** What is left after a power cut, and what the world had seen before it. */
export interface Survivors {
  /** The home directory. */
  readonly home: string;
  readonly stdout: string;
  readonly stderr: string;
  /** All requests that had begun to leave the machine. */
  readonly network: string;
  /** Whether the program had ended by itself before. */
  readonly isOver: boolean;
}

/** A command that changes something on the disk, and what must be true afterwards whenever the power goes. */
export interface Scenario {
  readonly name: string;
  /** The home directory as it is before, which is on the disk for sure. */
  prepare(): Promise<Installation>;
  readonly args: readonly string[];
  readonly options?: RunOptions;
  /** @throws Error with what is lost */
  check(survivors: Survivors): Promise<void>;
  /** Ends what `prepare` started. */
  stop?(): Promise<void>;
}

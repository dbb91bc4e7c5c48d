import type { Random } from "../random.ts";

/** Something that takes what others send. */
export interface FuzzTarget {
  readonly name: string;
  /** How often it is chosen, compared with the others. */
  readonly share: number;
  /**
   * One case.
   * @returns the kind of outcome, for the count
   * @throws unknown whatever must not happen
   */
  run(random: Random): Promise<string>;
}

/** What counts only when it is seen again some time later. It is kept in memory: after a restart it has to be seen anew. */
import { Recent } from "../../chains/codec/recent.ts";

/** More than are ever waited for at a time. */
const REMEMBERED = 10_000;

export class Sightings {
  readonly #first = new Recent<number>(REMEMBERED);

  /**
   * Whether something that is seen now was seen before, and has not been {@link forget forgotten} since.
   *
   * @param apart milliseconds that have to lie between the first time and now
   * @param now milliseconds on a clock that never goes back
   */
  isSeenAgain(what: string, apart: number, now = performance.now()): boolean {
    const first = this.#first.get(what);
    if (first === undefined) this.#first.set(what, now);
    return first !== undefined && now - first >= apart;
  }

  /** What was seen turned out not to be so. */
  forget(what: string): void {
    this.#first.delete(what);
  }
}

/** The latest of the things that were seen, remembered by their keys: bounded, so that nothing outside can fill the memory. */

/** Remembers a value for each of the latest keys; the key that was set longest ago is forgotten first. */
export class Recent<Value> {
  readonly #values = new Map<string, Value>();
  readonly #limit: number;

  /** @param limit how many keys are remembered */
  constructor(limit: number) {
    this.#limit = limit;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  /** Remembers a key as the latest, also one that was known. */
  set(key: string, value: Value): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#limit && oldest !== undefined) this.#values.delete(oldest);
  }
}

/**
 * Ends the program when a case never does: an endless loop cannot be left from inside of it. Another thread watches.
 */
const PATIENCE_SECONDS = 60;

const thread = `
const { writeSync } = require("node:fs");
self.onmessage = ({ data }) => {
  const current = new Int32Array(data);
  let [last, since] = [-1, Date.now()];
  setInterval(() => {
    const number = Atomics.load(current, 0);
    if (number !== last) [last, since] = [number, Date.now()];
    if (Date.now() - since < ${PATIENCE_SECONDS * 1000}) return;
    writeSync(2, "Seed " + Atomics.load(current, 1) + ", case " + number + " does not end.\\n");
    process.kill(process.pid, "SIGKILL");
  }, 1000);
};`;

export class Watchdog {
  readonly #current = new Int32Array(new SharedArrayBuffer(8));
  readonly #worker: Worker;

  constructor() {
    this.#worker = new Worker(URL.createObjectURL(new Blob([thread], { type: "text/javascript" })));
    this.#worker.postMessage(this.#current.buffer);
  }

  watch(number: number, seed: number): void {
    Atomics.store(this.#current, 1, seed);
    Atomics.store(this.#current, 0, number);
  }

  stop(): void {
    this.#worker.terminate();
  }
}

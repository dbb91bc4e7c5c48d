/** A daemon as a process, with everything it logged. */
import { readFileSync } from "node:fs";
import type { History } from "./history.ts";

const PENDING_ID = /\bc{8}[0-9a-f]{16}\b/g;

export class Daemon {
  readonly #child;
  readonly #reading: Promise<void>;
  readonly #history: History;
  /** The last lines of its log. */
  readonly log: string[] = [];

  constructor(
    command: readonly string[],
    home: string,
    environment: Readonly<Record<string, string>>,
    history: History,
  ) {
    this.#history = history;
    this.#child = Bun.spawn([...command], {
      cwd: home,
      env: { ...environment },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    this.#reading = this.#read(this.#child.stderr);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** Milliseconds of processor time that it has used so far; fields 14 and 15 of `proc_pid_stat(5)`, 100 ticks a second. */
  get processorTime(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/stat`, "utf8");
    const [user, system] = status
      .slice(status.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    return 10 * (Number(user) + Number(system));
  }

  /** Halts it where it stands. */
  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended();
  }

  async terminate(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#ended();
  }

  async #ended(): Promise<void> {
    await this.#child.exited;
    await this.#reading;
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of stream) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#note(line);
    }
  }

  #note(line: string): void {
    this.log.push(line);
    if (this.log.length > 5_000) this.log.splice(0, 1_000);
    if (/Getting pending transaction|Processing pending/.test(line)) return;
    const ids = new Set(line.match(PENDING_ID) ?? []);
    for (const id of ids) this.#history.note(id, `log: ${line.slice(0, 300)}`);
    if (ids.size === 0) this.#history.note("week", `log: ${line.slice(0, 300)}`);
  }
}

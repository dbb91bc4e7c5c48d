/** Runs a command in a terminal, as a person does: questions come on the screen, answers are typed. */
import { executable, type Installation } from "../executable.ts";

const LONGEST_WAIT = 10_000;

export interface TerminalOptions {
  /** What is run instead of the executable. */
  readonly program?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Run by a shell after the executable has ended, in the same terminal. */
  readonly afterwards?: string;
  /** Of the screen; 200 where nothing is said. */
  readonly columns?: number;
  /** A file in the home directory that standard output goes to. */
  readonly output?: string;
}

export class TerminalRun {
  /** Everything that came on the screen. */
  screen = "";
  readonly #child: Bun.Subprocess;
  #read = 0;

  constructor(installation: Installation, args: readonly string[], options: TerminalOptions = {}) {
    const { program = [executable], afterwards, output, columns = 200 } = options;
    const command = [...program, ...args];
    const script = output === undefined ? `"$@"; ${afterwards}` : `exec "$@" > ${output}`;
    const decoder = new TextDecoder();
    this.#child = Bun.spawn(
      afterwards === undefined && output === undefined ? command : ["bash", "-c", script, "bash", ...command],
      {
        cwd: installation.home,
        env: { HOME: installation.home, PATH: "/usr/bin:/bin", TERM: "xterm", ...options.env },
        terminal: {
          cols: columns,
          rows: 50,
          data: (_terminal, bytes) => {
            this.screen += decoder.decode(bytes, { stream: true });
          },
        },
      },
    );
  }

  /** Waits until the screen shows a text that was not there when this was last called. */
  async shows(text: string): Promise<void> {
    const end = Date.now() + LONGEST_WAIT;
    for (;;) {
      const at = this.screen.indexOf(text, this.#read);
      if (at !== -1) {
        this.#read = at + text.length;
        return;
      }
      if (Date.now() > end || this.#child.exitCode !== null) {
        throw new Error(`The screen does not show "${text}": ${this.screen}`);
      }
      await Bun.sleep(10);
    }
  }

  /** Keys as text, or bytes that are none. */
  type(keys: string | Uint8Array): void {
    this.#child.terminal?.write(keys);
  }

  /** Ends the command as Ctrl-C does. */
  interrupt(): void {
    this.type("\u0003");
  }

  /** Types an answer and Enter when a question is on the screen. */
  async answer(question: string, answer: string): Promise<void> {
    await this.shows(question);
    this.type(`${answer}\r`);
  }

  /** Waits for the end; the status, or the name of the signal that ended it. */
  async ended(): Promise<number | string | null> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), LONGEST_WAIT);
    await this.#child.exited;
    clearTimeout(timer);
    // What was written last is still on its way through the terminal.
    await Bun.sleep(30);
    return this.#child.signalCode ?? this.#child.exitCode;
  }
}

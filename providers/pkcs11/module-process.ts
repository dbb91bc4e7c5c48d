/** The process that holds a vendor's module, as the program sees it: it may hang, crash or talk nonsense. */
import * as v from "valibot";
import { TokenError } from "../error.ts";
import { checkTrustedFile, FileRefused } from "../support/trusted-file.ts";
import {
  answerSchema,
  type OperationName,
  operations,
  type RequestOf,
  type ResultOf,
} from "./worker/messages.ts";

export interface ModuleProcessSettings {
  /** The command line that starts the process, which calls `servePkcs11`. */
  readonly command: readonly [string, ...string[]];
  /** What the vendor's module may see of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds that one operation may take; then the process is ended. */
  readonly timeLimit: number;
  readonly modulePath: string;
  /** For modules that want some when they are initialised. */
  readonly moduleParameters?: string | undefined;
}

/** Session, login, token or process are gone; a new process may find them again. */
export class TokenLost extends Error {
  override readonly name = "TokenLost";
  /** Whether the module said so itself; otherwise its process ended, and what it did before is unknown. */
  readonly isAnswer: boolean;

  constructor(message: string, { isAnswer }: { readonly isAnswer: boolean }) {
    super(message);
    this.isAnswer = isAnswer;
  }
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class ModuleProcess {
  readonly #settings: ModuleProcessSettings;
  readonly #child: Bun.Subprocess<"ignore", "ignore", "ignore">;
  #waiting: Waiting | undefined;
  #number = 0;
  #hasEnded = false;

  /**
   * Starts the process.
   * @throws TokenError `MODULE_FAILED` when the system does not let it
   */
  constructor(settings: ModuleProcessSettings) {
    this.#settings = settings;
    this.#child = this.#start(settings);
    this.#child.unref();
  }

  #start({ command, environment }: ModuleProcessSettings): Bun.Subprocess<"ignore", "ignore", "ignore"> {
    try {
      return Bun.spawn([...command], {
        // What a module prints could hold anything, so nobody reads it.
        stdio: ["ignore", "ignore", "ignore"],
        env: environment,
        serialization: "json",
        ipc: (message: unknown) => this.#hear(message),
        onExit: (_, status, signal) => {
          this.#hasEnded = true;
          this.#fail(goneProcess(` (${this.#child.signalCode ?? signal ?? status})`));
        },
      });
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new TokenError(
        "MODULE_FAILED",
        `The process of the PKCS#11 module cannot be started: ${cause}.`,
        "Check that there is a /dev/null, and that the program may start itself.",
      );
    }
  }

  /**
   * Loads the module; the first thing to ask for.
   * @throws TokenError `MODULE_FAILED`, `TIMEOUT`, `NOT_CONFIGURED` when somebody else could have put the module there
   * @throws TokenLost when loading it ends the process
   */
  async load(): Promise<void> {
    const { modulePath, moduleParameters } = this.#settings;
    checkModule(modulePath);
    const parameters = moduleParameters === undefined ? {} : { parameters: moduleParameters };
    await this.#exchange({ open: { modulePath, ...parameters } });
  }

  /**
   * One operation of the token. One at a time: the caller waits for its end.
   * @throws TokenError, TokenLost
   */
  async call<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ResultOf<Name>> {
    this.#number += 1;
    const result = await this.#exchange({ number: this.#number, operation, request });
    const parsed = v.safeParse(operations[operation].result, result);
    if (parsed.success) return parsed.output as ResultOf<Name>;
    throw this.#nonsense();
  }

  /** Ends the process, whatever it does. */
  end(): void {
    this.#child.kill("SIGKILL");
  }

  #exchange(message: unknown): Promise<unknown> {
    const { timeLimit, modulePath } = this.#settings;
    if (this.#hasEnded) return Promise.reject(goneProcess());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail(
          new TokenError(
            "TIMEOUT",
            `The PKCS#11 module ${modulePath} gave no answer within ${timeLimit / 1000} s; its process was ended.`,
            "Check the token; TATUM_KMS_PKCS11_TIMEOUT sets the seconds.",
          ),
        );
        this.end();
      }, timeLimit);
      this.#waiting = {
        resolve(result) {
          clearTimeout(timer);
          resolve(result);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      };
      try {
        this.#child.send(message);
      } catch {
        this.#fail(goneProcess());
      }
    });
  }

  #hear(message: unknown): void {
    const parsed = v.safeParse(answerSchema, message);
    if (!parsed.success || parsed.output.number !== this.#number) {
      this.#fail(this.#nonsense());
      this.end();
    } else if ("result" in parsed.output) {
      this.#settle()?.resolve(parsed.output.result);
    } else {
      const { code, message: text, hint } = parsed.output.failure;
      this.#fail(
        code === "LOST" ? new TokenLost(text, { isAnswer: true }) : new TokenError(code, text, hint),
      );
    }
  }

  #fail(error: Error): void {
    this.#settle()?.reject(error);
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  #nonsense(): TokenError {
    return new TokenError(
      "MODULE_FAILED",
      "The process of the PKCS#11 module gave an answer of an unknown shape.",
    );
  }
}

/** A module sees the PIN. */
function checkModule(modulePath: string): void {
  try {
    checkTrustedFile(modulePath, `The PKCS#11 module ${modulePath}`);
  } catch (error) {
    if (error instanceof FileRefused) throw new TokenError("NOT_CONFIGURED", error.message, error.hint);
    throw error;
  }
}

function goneProcess(how = ""): TokenLost {
  return new TokenLost(`The process of the PKCS#11 module ended unexpectedly${how}.`, { isAnswer: false });
}

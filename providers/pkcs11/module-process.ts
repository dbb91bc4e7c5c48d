/** The process that holds a vendor's module, as the program sees it: its faults as errors of the token. */
import * as v from "valibot";
import { TokenError } from "../error.ts";
import { checkTrustedFile, FileRefused } from "../support/trusted-file.ts";
import { WorkerError, WorkerProcess, WorkerRefusal, type WorkerSettings } from "../worker/worker-process.ts";
import {
  failureCode,
  type OperationName,
  operations,
  type RequestOf,
  type ResultOf,
} from "./worker/messages.ts";

export interface ModuleProcessSettings extends WorkerSettings {
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

export class ModuleProcess {
  readonly #settings: ModuleProcessSettings;
  readonly #process: WorkerProcess;

  /**
   * Starts the process.
   * @throws TokenError `MODULE_FAILED` when the system does not let it
   */
  constructor(settings: ModuleProcessSettings) {
    this.#settings = settings;
    try {
      this.#process = new WorkerProcess(settings);
    } catch (error) {
      throw tokenError(error, settings);
    }
  }

  /**
   * Loads the module; the first thing to ask for.
   * @throws TokenError `MODULE_FAILED`, `TIMEOUT`, `NOT_CONFIGURED` when somebody else could have put the module there
   * @throws TokenLost when loading it ends the process
   */
  async load(): Promise<void> {
    const { modulePath, moduleParameters: parameters } = this.#settings;
    checkModule(modulePath);
    await this.#ask({ open: { modulePath, ...(parameters !== undefined && { parameters }) } });
  }

  /**
   * One operation of the token. One at a time: the caller waits for its end.
   * @throws TokenError, TokenLost
   */
  async call<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ResultOf<Name>> {
    const result = await this.#ask({ operation, request });
    const parsed = v.safeParse(operations[operation].result, result);
    if (parsed.success) return parsed.output as ResultOf<Name>;
    throw nonsense();
  }

  /** Ends the process, whatever it does. */
  end(): void {
    this.#process.end();
  }

  async #ask(request: unknown): Promise<unknown> {
    try {
      return await this.#process.ask(request);
    } catch (error) {
      throw tokenError(error, this.#settings);
    }
  }
}

function tokenError(error: unknown, settings: ModuleProcessSettings): unknown {
  if (error instanceof WorkerError) return faultOf(error, settings);
  if (!(error instanceof WorkerRefusal)) return error;
  const { code, message, hint } = error.failure;
  if (!v.is(failureCode, code)) return nonsense();
  return code === "LOST" ? new TokenLost(message, { isAnswer: true }) : new TokenError(code, message, hint);
}

function faultOf(
  { fault, message: detail }: WorkerError,
  { modulePath, timeLimit }: ModuleProcessSettings,
): Error {
  if (fault === "not-started") {
    return new TokenError(
      "MODULE_FAILED",
      `The process of the PKCS#11 module cannot be started: ${detail}.`,
      "Check that there is a /dev/null, and that the program may start itself.",
    );
  }
  if (fault === "silent") {
    return new TokenError(
      "TIMEOUT",
      `The PKCS#11 module ${modulePath} gave no answer within ${timeLimit / 1000} s; its process was ended.`,
      "Check the token; TATUM_KMS_PKCS11_TIMEOUT sets the seconds.",
    );
  }
  if (fault === "nonsense") return nonsense();
  const how = detail === "" ? "" : ` (${detail})`;
  return new TokenLost(`The process of the PKCS#11 module ended unexpectedly${how}.`, { isAnswer: false });
}

function nonsense(): TokenError {
  return new TokenError(
    "MODULE_FAILED",
    "The process of the PKCS#11 module gave an answer of an unknown shape.",
  );
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

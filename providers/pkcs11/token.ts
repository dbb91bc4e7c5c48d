/** A PKCS#11 token: finds it, logs in, and finds it again when it was taken out or its module failed. */
import type { Secret } from "../secret.ts";
import { ModuleProcess, type ModuleProcessSettings, TokenLost } from "./module-process.ts";
import { TokenError } from "./token-error.ts";
import type { OperationName, RequestOf, ResultOf, TokenSelector } from "./worker/messages.ts";

export interface TokenSettings extends ModuleProcessSettings {
  readonly selector: TokenSelector;
  /** Is asked once; a PIN that the token refused is never used again. */
  pin(): Promise<Secret>;
}

/** Operations that may run twice without harm, when it is unknown whether they ran once. */
const repeatable: readonly OperationName[] = ["findWrappingKey", "wrap", "unwrap", "readKeyPair", "sign"];

export class Token {
  readonly #settings: TokenSettings;
  #process: ModuleProcess | undefined;
  #pin: Promise<Secret> | undefined;
  #refusal: TokenError | undefined;
  /** One operation at a time: tokens differ in how many sessions and threads they bear. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: TokenSettings) {
    this.#settings = settings;
  }

  /** @throws TokenError */
  run<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ResultOf<Name>> {
    const turn = this.#last.then(() => this.#run(operation, request));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Finds the token and logs in, if that has not been done.
   * @throws TokenError
   */
  async logIn(): Promise<void> {
    const turn = this.#last.then(() => this.#connected());
    this.#last = turn.catch(() => undefined);
    await turn.catch((error: unknown) => {
      throw explained(error);
    });
  }

  /** Ends the process of the module. */
  close(): void {
    this.#process?.end();
    this.#process = undefined;
  }

  async #run<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ResultOf<Name>> {
    try {
      return await this.#try(operation, request);
    } catch (error) {
      if (!(error instanceof TokenLost) || !repeatable.includes(operation)) throw explained(error);
    }
    return this.#try(operation, request).catch((error: unknown) => {
      throw explained(error);
    });
  }

  async #try<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ResultOf<Name>> {
    const process = await this.#connected();
    try {
      return await process.call(operation, request);
    } catch (error) {
      this.#forgetIfBroken(error);
      throw error;
    }
  }

  async #connected(): Promise<ModuleProcess> {
    if (this.#refusal !== undefined) throw this.#refusal;
    if (this.#process !== undefined) return this.#process;
    this.#pin ??= this.#settings.pin();
    const pin = await this.#pin.catch((error: unknown) => {
      this.#pin = undefined;
      throw error;
    });
    const process = await ModuleProcess.start(this.#settings);
    try {
      await process.call("login", { token: this.#settings.selector, pin: pin.reveal() });
    } catch (error) {
      process.end();
      if (error instanceof TokenError && error.code === "WRONG_PIN") this.#refusal = error;
      throw error;
    }
    this.#process = process;
    return process;
  }

  /** A new process is a module in its first state: what was lost, hung or went mad is over with the old one. */
  #forgetIfBroken(error: unknown): void {
    const isBroken =
      !(error instanceof TokenError) || error.code === "TIMEOUT" || error.code === "MODULE_FAILED";
    if (isBroken) this.close();
  }
}

function explained(error: unknown): unknown {
  if (!(error instanceof TokenLost)) return error;
  return new TokenError("NO_TOKEN", error.message, "Check that the token is inserted and its software runs.");
}

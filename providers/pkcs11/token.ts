/** A PKCS#11 token: found, logged in to, and found again when it was taken out or its module failed. */

import { TokenError } from "../error.ts";
import type { Secret } from "../secret.ts";
import { ModuleProcess, type ModuleProcessSettings, TokenLost } from "./module-process.ts";
import type { OperationName, RequestOf, ResultOf, TokenSelector } from "./worker/messages.ts";

export interface TokenSettings extends ModuleProcessSettings {
  readonly selector: TokenSelector;
  /** Is asked once; a PIN that the token refused is never used again. */
  pin(): Promise<Secret>;
}

/** Operations that may run twice without harm, when it is unknown whether they ran once. */
const repeatable: readonly OperationName[] = ["findWrappingKey", "wrap", "unwrap", "readKeyPair", "sign"];

/**
 * Some tokens lock after three wrong PINs. Whether one was counted that was neither taken nor refused, nobody knows: not all
 * modules say of a wrong PIN that it is wrong.
 */
const MOST_UNCERTAIN_PINS = 2;

export class Token {
  readonly #settings: TokenSettings;
  #process: ModuleProcess | undefined;
  #pin: Promise<Secret> | undefined;
  #pinWasAccepted = false;
  /** How often a PIN that was never accepted was given, and neither accepted nor refused. */
  #uncertainPins = 0;
  /** Why the PIN is not given to the token any more. */
  #refusal: TokenError | undefined;
  /** The latest failure of the module to answer in time. */
  #timeout: TokenError | undefined;
  #isClosed = false;
  /** One operation at a time: tokens differ in how many sessions and threads they bear. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: TokenSettings) {
    this.#settings = settings;
  }

  /** @throws TokenError */
  run<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ResultOf<Name>> {
    return this.#inTurn(() => this.#run(operation, request));
  }

  /**
   * Finds the token and logs in, if that has not been done.
   * @throws TokenError
   */
  async logIn(): Promise<void> {
    await this.#inTurn(() => this.#connected());
  }

  /** Ends the process of the module. The token cannot be used any more, also not by those that wait for it. */
  close(): void {
    this.#isClosed = true;
    this.#endProcess();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const timeoutBefore = this.#timeout;
    const turn = this.#last.then(async () => {
      // One waiting time for all that wait for a module that hangs: after each other they could wait for hours.
      if (this.#timeout !== undefined && this.#timeout !== timeoutBefore) throw this.#timeout;
      try {
        return await work();
      } catch (error) {
        throw this.#explained(error);
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #run<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ResultOf<Name>> {
    try {
      return await this.#try(operation, request);
    } catch (error) {
      if (!(error instanceof TokenLost) || !repeatable.includes(operation)) throw error;
    }
    return this.#try(operation, request);
  }

  async #try<Name extends OperationName>(operation: Name, request: RequestOf<Name>): Promise<ResultOf<Name>> {
    const isFresh = this.#process === undefined;
    const process = await this.#connected();
    try {
      return await process.call(operation, request);
    } catch (failure) {
      // Modules forget the keys of a token that is taken out, and not all of them say that it is.
      const isForgotten = failure instanceof TokenError && failure.code === "NO_KEY" && operation === "sign";
      const error = isForgotten && !isFresh ? new TokenLost(failure.message, { isAnswer: true }) : failure;
      if (isBreak(error)) this.#endProcess();
      throw error;
    }
  }

  async #connected(): Promise<ModuleProcess> {
    if (this.#refusal !== undefined) throw this.#refusal;
    if (this.#process !== undefined) return this.#process;
    const pin = await this.#askPin();
    if (this.#isClosed) throw letGo();
    const process = new ModuleProcess(this.#settings);
    this.#process = process;
    try {
      await process.load();
      await process.call("openToken", { token: this.#settings.selector });
      await this.#giveTo(process, pin);
    } catch (error) {
      this.#endProcess();
      throw error;
    }
    return process;
  }

  #askPin(): Promise<Secret> {
    this.#pin ??= this.#settings.pin().catch((error: unknown) => {
      this.#pin = undefined;
      throw error;
    });
    return this.#pin;
  }

  async #giveTo(process: ModuleProcess, pin: Secret): Promise<void> {
    try {
      await process.call("login", { pin: pin.reveal() });
      this.#pinWasAccepted = true;
    } catch (error) {
      if (!this.#pinWasAccepted) this.#uncertainPins += 1;
      if (error instanceof TokenError && error.code === "WRONG_PIN") this.#refusal = error;
      else if (this.#uncertainPins === MOST_UNCERTAIN_PINS) this.#refusal = uncertainPin();
      throw error;
    }
  }

  #endProcess(): void {
    this.#process?.end();
    this.#process = undefined;
  }

  #explained(error: unknown): unknown {
    if (this.#isClosed) return letGo();
    if (error instanceof TokenError && error.code === "TIMEOUT") this.#timeout = error;
    if (!(error instanceof TokenLost)) return error;
    const { message, isAnswer } = error;
    return isAnswer
      ? new TokenError("NO_TOKEN", message, "Check that the token is inserted and its software runs.")
      : new TokenError("MODULE_FAILED", message, "Check the software of the token.");
  }
}

/** A new process is a module in its first state: what was lost, hung or went mad is over with the old one. */
function isBreak(error: unknown): boolean {
  return !(error instanceof TokenError) || error.code === "TIMEOUT" || error.code === "MODULE_FAILED";
}

function uncertainPin(): TokenError {
  return new TokenError(
    "MODULE_FAILED",
    "The token did not take the PIN twice; it is not tried again, because tokens lock.",
    "Check the token, then start anew.",
  );
}

function letGo(): TokenError {
  return new TokenError("NO_TOKEN", "The program has let go of the token.");
}

/** A scenario: one way in which the promise was broken once, made again on purpose. */
import type { Payment } from "../payment.ts";
import type { Stage } from "../stage.ts";

export interface Scenario {
  /** What breaks, in a few words that begin with the subject. */
  readonly name: string;
  readonly tickers: readonly string[];
  /** Wallets of each chain; one without it. */
  readonly wallets?: number;
  /** Plays it. What it leaves behind is judged. */
  play(stage: Stage): Promise<void>;
  /** Payments that need not be carried out, as long as somebody is told. */
  readonly mayStayOpen?: (payment: Payment) => boolean;
}

/** Whether all of these are completed at the API and landed. */
export function areDone(stage: Stage, payments: readonly Payment[]): boolean {
  return payments.every(
    ({ status, sent, model }) =>
      status === "completed" && sent.some((id) => stage.world.network(model.ticker).hasLanded(id)),
  );
}

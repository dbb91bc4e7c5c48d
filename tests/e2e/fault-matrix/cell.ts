import { type Call, calls } from "./calls.ts";
import { type FaultName, faultNames, faults } from "./faults.ts";
import { type Outcome, outcomeOf } from "./outcomes.ts";
import { Payment } from "./payment.ts";
import type { Recognised } from "./recognise.ts";

/** One fault of one call: a payment for which it happens. */
export class Cell {
  readonly call: Call;
  readonly fault: FaultName;
  readonly payment: Payment;
  /** When the call was made, in milliseconds; without those that found nobody to connect to. */
  readonly calledAt: number[] = [];
  /** How often the fault happened. */
  happened = 0;
  /** State of the payment's job in the journal, at the end. */
  jobState: string | undefined;

  constructor(call: Call, fault: FaultName, number: number) {
    this.call = call;
    this.fault = fault;
    this.payment = new Payment(call, number);
  }

  get outcome(): Outcome {
    const { kind, chain } = this.call;
    const outcome = outcomeOf(kind, this.fault);
    // Solana's bytes are handed to the chain itself first.
    return kind === "broadcast" && chain === "SOL" && outcome === "told" ? "confirmed" : outcome;
  }

  get isStillToHappen(): boolean {
    return this.happened < faults[this.fault].times;
  }

  /** Whether a request is the cell's call for the cell's payment. */
  isMetBy({ name, isAbout }: Recognised): boolean {
    return name === this.call.name && isAbout(this.payment);
  }

  /** Whether the cell's call is the next one, when this request is answered. */
  comesAfter({ name, isAbout }: Recognised): boolean {
    return name === this.call.after && isAbout(this.payment);
  }

  /** Whether nothing more is to come while the daemon runs. */
  get isSettled(): boolean {
    const { isDone, isOut, acknowledgedReports } = this.payment;
    if (this.call.kind === "report") return acknowledgedReports > 0;
    return this.call.kind === "completion" ? isOut && this.happened > 0 : isDone;
  }
}

/** All cells: every fault of every call. */
export const cells: readonly Cell[] = calls.flatMap((call, row) =>
  faultNames.map((fault, column) => new Cell(call, fault, 1 + row * faultNames.length + column)),
);

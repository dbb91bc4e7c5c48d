/** Signed bytes that come in: read, noted for the payment that they pay, and offered to the network. */
import type { SignedPayment } from "./chains/chain-model.ts";
import { modelOf } from "./chains/index.ts";
import type { Verdict } from "./network.ts";
import type { Payment } from "./payment.ts";
import type { World } from "./world.ts";

export interface Offered {
  readonly verdict: Verdict;
  readonly transactionId: string;
}

/**
 * The payment that bytes are for when they come without an id: one with their content that they were sent for, or the next. Nothing
 * in them tells a payment that was cancelled from an equal one that is still to be made, which they are for then.
 */
function paymentOf(world: World, ticker: string, signed: SignedPayment): Payment | undefined {
  const same = [...world.platform.payments.values()].filter(
    ({ model, wallet, amount }) =>
      model.ticker === ticker && amount === signed.amount && wallet.address === signed.account,
  );
  const { transactionId } = signed;
  const unsent = same.filter(({ sent }) => sent.length === 0);
  return (
    same.find(({ sent }) => sent.includes(transactionId)) ??
    unsent.find(({ status, approvals }) => status === "pending" && approvals > 0) ??
    unsent[0] ??
    same[0]
  );
}

/** The bytes use what other bytes use, of a payment that is completed at the API and waits for its block. */
function noteTaken(world: World, ticker: string, signed: SignedPayment, payment: Payment): void {
  const waiting = world.network(ticker).rivalsOf(signed);
  const [rival] = waiting.filter((one) => one.id !== undefined && one.id !== payment.id);
  const other = rival?.id === undefined ? undefined : world.platform.get(rival.id);
  if (other?.status === "completed" && !other.isEnded && !other.isSetAside && !world.isLost(other))
    payment.usedWhatIsOf ??= other.id;
}

/** Reads signed bytes and offers them to their network. */
export async function offer(
  world: World,
  ticker: string,
  payload: string,
  named: Payment | undefined,
): Promise<Offered> {
  const signed = await modelOf(ticker).read(payload);
  const { transactionId, number } = signed;
  const payment = named ?? paymentOf(world, ticker, signed);
  payment?.noteSent(transactionId, world.clock.now());
  const id = payment?.id;
  if (payment !== undefined && payment.number === undefined) noteTaken(world, ticker, signed, payment);
  const verdict = world.judgeOffer(signed, payment) ?? world.network(ticker).offer(signed, id);
  if (verdict.kind === "refused" && verdict.why === "used" && number !== undefined)
    payment?.noteOfferedInVain(transactionId, world.clock.now());
  const said = verdict.kind === "taken" ? "taken" : `refused: ${verdict.words}`;
  const numbered = number === undefined ? "" : `, number ${number}`;
  if (id !== undefined) world.history.note(id, `sent as ${transactionId}${numbered}: ${said}`);
  return { verdict, transactionId };
}

/** A payment of a week: what the API lists, what it was told, and what was sent for it. The judge reads these. */
import type { ChainModel, ModelWallet, PaymentTerms } from "./chains/chain-model.ts";

/** What the API lists. */
export interface Listed {
  readonly id: string;
  readonly chain: string;
  readonly serializedTransaction: string;
  readonly hashes: readonly string[];
}

/** Times are milliseconds since 1970. */
interface OfferedInVain {
  readonly transactionId: string;
  readonly times: number;
  readonly since: number;
  readonly until: number;
}

export class Payment {
  listed: Listed;
  /** What it is made of. */
  readonly terms: PaymentTerms;
  readonly model: ChainModel;
  readonly wallet: ModelWallet;
  readonly amount: bigint;
  /** The sequence number or nonce that the API chose. */
  readonly number: bigint | undefined;
  /** The last moment at which it may land, in milliseconds since 1970, where it says so itself. */
  readonly validUntil: number | undefined;
  status: "pending" | "completed" | "cancelled" = "pending";
  completedAs: string | undefined;
  /** When the API's user cancelled it, in milliseconds since 1970. */
  cancelledAt: number | undefined;
  /** When the API said last that it is pending, in a list or to a question. */
  toldPendingAt = 0;
  /** Whether the four-eye server refuses it. */
  isDenied = false;
  approvals = 0;
  /** Transaction ids of everything that was signed for it and came here, in that order. */
  readonly sent: string[] = [];
  broadcasts = 0;
  /** When something signed came first, in milliseconds since 1970. */
  firstSentAt: number | undefined;
  /** When other bytes came each time, in milliseconds since 1970. */
  readonly signedAt: number[] = [];
  /** What the API said last that it is pending, before something signed came first. */
  toldPendingBefore = 0;
  readonly reports: string[] = [];
  /** The bytes of it that were offered last although another transaction had used their number. */
  inVain: OfferedInVain | undefined;
  /** Another payment, completed at the API and still on its way, whose number or output this one uses too. */
  usedWhatIsOf: string | undefined;
  /** Whether the API lists another content than the one that it listed first. */
  isChanged = false;
  /** Whether its row of the journal was damaged, so that nobody signs or sends anything of it any more. */
  isSetAside = false;
  /** Whether the API was told that a person ended it, so that the platform pays the money back. */
  isEnded = false;

  constructor(listed: Listed, model: ChainModel, terms: PaymentTerms) {
    const { wallet, amount, number, time, blocks = model.window } = terms;
    this.listed = listed;
    this.terms = terms;
    this.model = model;
    this.wallet = wallet;
    this.amount = amount;
    this.number = number;
    this.validUntil = blocks === undefined ? undefined : time + blocks * model.blockTime;
  }

  get id(): string {
    return this.listed.id;
  }

  /** What it pays: two payments with the same content are two, but nothing in their bytes tells them apart. */
  get content(): string {
    return `${this.model.ticker} ${this.wallet.address} ${this.amount}`;
  }

  /** Somebody wants signed bytes of it sent, whatever becomes of the call. */
  noteSigned(now: number): void {
    if (this.firstSentAt !== undefined) return;
    this.signedAt.push(now);
    this.firstSentAt = now;
    this.toldPendingBefore = this.toldPendingAt;
  }

  noteSent(transactionId: string, now: number): void {
    this.noteSigned(now);
    this.broadcasts += 1;
    if (this.sent.includes(transactionId)) return;
    this.sent.push(transactionId);
    this.signedAt.push(now);
  }

  /** Its bytes were offered although their number was used up by another transaction. */
  noteOfferedInVain(transactionId: string, now: number): void {
    const before = this.inVain?.transactionId === transactionId ? this.inVain : undefined;
    this.inVain = { transactionId, times: (before?.times ?? 0) + 1, since: before?.since ?? now, until: now };
  }

  noteReport(error: string): void {
    this.reports.push(error);
    if (/\bended the transaction\b/.test(error)) this.isEnded = true;
  }
}

/**
 * How many requests a second a host takes: told by the operator, or learned from its refusals with status 429
 * (https://www.rfc-editor.org/rfc/rfc6585#section-4), as a sender learns the width of a network (RFC 5681: back off at
 * once, recover slowly).
 */

/** Milliseconds over which requests are counted. */
const WINDOW = 1000;

/** Of what the host was seen to take, so much is used: its clock and the network's are not ours. */
const SHARE = 0.9;

/** Requests a second that are tried however much is refused. */
const LOWEST = 0.5;

/** Milliseconds without a refusal before more is tried; doubled by each try that fails. */
const CALM = 15_000;
const LONGEST_CALM = 5 * 60_000;

/** How much more is tried, far from the last rate that was refused and near to it. */
const BIG_STEP = 1.5;
const SMALL_STEP = 1.1;

/** Of the requests that a host takes from all who ask it with one key, those of this process. */
export interface Part {
  /** Requests a second. */
  readonly perSecond: number;
  /** Requests a second that are tried at most; without it, as many as are taken. */
  readonly atMost?: number | undefined;
  /** Whether something was learned of the host: then it is a while before more is tried. */
  readonly isNews: boolean;
}

/** One host's rate. Times are milliseconds of a clock that only goes forward. */
export class AllowedRate {
  #highest: number;
  readonly #learns: boolean;
  /** Requests a second. */
  #rate: number;
  #changedAt = Number.NEGATIVE_INFINITY;
  /** The rate before the last step up, as long as that is not proven. */
  #proven: number | undefined;
  #refusedRate = Number.POSITIVE_INFINITY;
  #calm = CALM;
  /** When requests were sent that were not refused. */
  #sentAt: number[] = [];

  /** @param told requests a second; 0 for no limit, `undefined` to learn it */
  constructor(told: number | undefined) {
    this.#learns = told !== 0;
    this.#highest = told === undefined || told === 0 ? Number.POSITIVE_INFINITY : told;
    this.#rate = this.#highest;
  }

  /** Milliseconds between two requests; 0 as long as no limit is known. */
  get interval(): number {
    return 1000 / this.#rate;
  }

  /** Requests a second; `undefined` as long as no limit is known. */
  get perSecond(): number | undefined {
    return Number.isFinite(this.#rate) ? this.#rate : undefined;
  }

  /** A request is sent. */
  sent(now: number): void {
    if (!this.#learns) return;
    this.#sentAt = this.#sentAt.filter((at) => now - at < WINDOW);
    this.#sentAt.push(now);
  }

  /** The host refused a request as one too many. What was sent before the last change says nothing about it. */
  refused(sentAt: number, now: number): void {
    this.#sentAt = this.#sentAt.filter((at) => at !== sentAt);
    if (!this.#learns || sentAt < this.#changedAt) return;
    if (this.#proven !== undefined) {
      this.#refusedRate = this.#rate;
      this.#rate = this.#proven;
      this.#calm = Math.min(LONGEST_CALM, 2 * this.#calm);
    } else {
      if (Number.isFinite(this.#rate)) this.#refusedRate = this.#rate;
      this.#rate = this.#afterRefusal(sentAt);
      this.#calm = CALM;
    }
    this.#proven = undefined;
    this.#changedAt = now;
  }

  /** Another part of what the host takes counts; what was learned of the whole stays. */
  divide({ perSecond, atMost = Number.POSITIVE_INFINITY, isNews }: Part, now: number): void {
    if (!this.#learns) return;
    const change = Number.isFinite(this.#rate) ? perSecond / this.#rate : 1;
    this.#refusedRate *= change;
    this.#proven = isNews || this.#proven === undefined ? undefined : this.#proven * change;
    if (isNews) this.#changedAt = now;
    this.#rate = perSecond;
    this.#highest = Math.max(perSecond, atMost);
  }

  /** A request had to wait for its place: more is tried when nothing was refused for long enough. */
  wanted(now: number): void {
    if (this.#rate >= this.#highest || now - this.#changedAt < this.#calm) return;
    if (this.#proven !== undefined) this.#calm = Math.max(CALM, this.#calm / 2);
    const isNear = this.#rate * BIG_STEP >= this.#refusedRate;
    this.#proven = this.#rate;
    this.#rate = Math.min(this.#highest, this.#rate * (isNear ? SMALL_STEP : BIG_STEP));
    this.#changedAt = now;
  }

  /**
   * A little less than the host took in the second before, and no less than half of what was sent. A host that had none to take
   * refused for another reason: the rate stays.
   */
  #afterRefusal(sentAt: number): number {
    const taken = this.#sentAt.filter((at) => at <= sentAt && sentAt - at < WINDOW).length;
    if (taken === 0) return this.#rate;
    const seen = taken * SHARE * (1000 / WINDOW);
    if (!Number.isFinite(this.#rate)) return seen;
    return Math.min(this.#rate, Math.max(LOWEST, this.#rate / 2, Math.min(seen, this.#rate * SHARE)));
  }
}

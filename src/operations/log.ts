/**
 * The program's log: one line an event on standard error, as text that begins with the time as the original has it, or as JSON in the
 * fields of the Elastic Common Schema (https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html).
 */
import { fstatSync } from "node:fs";
import { createConsola, LogLevels, type LogObject } from "consola/core";
import { Recent } from "../../chains/codec/recent.ts";
import { ChainError } from "../../chains/error.ts";
import { KmsError } from "../errors.ts";
import { version } from "../version.ts";

/** From the least to the most that is told. */
export const logLevels = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof logLevels)[number];

export const logFormats = ["text", "json"] as const;
export type LogFormat = (typeof logFormats)[number];

/** What can happen, under names that stay: `event.action` of a line. */
export const logActions = {
  "daemon-started":
    "The daemon begins its work: version, vault, network, chains, approval server, period, store, policy",
  "daemon-heartbeat": "Once an hour: what was done since the last such line",
  "daemon-stopping": "It stops after what is in flight",
  "signal-received": "A signal came that does not stop it",
  "settings-reloaded": "The settings were read anew: what is taken over, and what needs a restart",
  "settings-refused": "They were read anew and something is wrong with them: they stay as they were",
  "approval-changed": "Another server approves, since the settings were read anew",
  "chain-added": "A chain is worked for from now on, since the settings were read anew",
  "chain-removed": "A chain is not worked for any more: what was begun is finished, and the lease given back",
  "listener-started": "An address is listened at for health, metrics and status",
  "listener-failed": "The socket beside the vault cannot be used",
  "configuration-doubtful": "A setting or the vault's wallets may not be what was meant",
  "api-key-unset": "Wallets or jobs belong to an API key that is not set, and are not worked for",
  "version-announced": "The API announces a newer version",
  "token-unavailable": "A PKCS#11 token that holds keys cannot be used now",
  "chain-closed": "The chain was closed by its makers",
  "vault-restored": "The vault was restored from a backup, and no person has confirmed it",
  "poll-begun": "A poll of the API (`debug`)",
  "poll-failed": "The API did not answer a poll",
  "list-incomplete": "Not all that is pending could be listed or read",
  "round-failed": "What followed from a poll ended early",
  "vault-unusable": "The vault's file cannot be used; nothing is signed",
  "trouble-over": "What was told as trouble works again",
  "signing-thread-failed":
    "The second thread that signs failed; the first one signs alone until the next start",
  "transaction-begun": "A pending transaction is looked at to be signed",
  "transaction-skipped": "`--transaction-ids` leaves it out",
  "transaction-warning": "Worth knowing about a transaction that is signed",
  "transaction-refused": "A policy said no",
  "approval-unavailable": "A policy did not decide",
  "transaction-failed": "It could not be signed now",
  "transaction-resumed": "Its recorded bytes are sent again",
  "transaction-released": "Its bytes were given up, or signing them anew was found needless",
  "broadcast-unclear": "Nobody knows yet whether its bytes were taken",
  "broadcast-refused": "Its bytes were refused",
  "transaction-confirmed": "The chain shows it",
  "transaction-dropped": "It was taken, but neither blocks nor nodes have it",
  "transaction-done": "It was carried out",
  "transaction-parked": "It waits for a person",
  "report-failed": "The API did not take a report of failures",
  "lease-awaited": "Another daemon works for the chain; this one stands by",
  "lease-taken": "This daemon takes over",
  "lease-lost": "Another daemon took over",
  "lease-returned": "A daemon that stands by in another place gives a chain back",
  "lease-failed": "The lease could not be taken, renewed or given back",
  "node-failed": "The other daemons of a database could not be told of this one",
  "metrics-failed": "The metrics could not be counted or written",
  "telemetry-failed": "The collector of OpenTelemetry takes no traces and metrics",
  "systemd-failed": "systemd could not be told",
} as const;
export type LogAction = keyof typeof logActions;

/** What a line is about, beside its words. Never secrets: ids and names alone. */
export interface LogEvent {
  readonly action: LogAction;
  /** Ticker. */
  readonly chain?: string | undefined;
  /** Id of the pending transaction, and so of its job. */
  readonly job?: string | undefined;
  /** Of the transaction on its chain. */
  readonly transactionId?: string | undefined;
  /** What went wrong: the code of the error becomes `error.code`. */
  readonly failure?: unknown;
  /** Further facts, under `labels.`. */
  readonly labels?: Readonly<Record<string, string | number>>;
}

export interface Log {
  info(text: string, event: LogEvent): void;
  warn(text: string, event: LogEvent): void;
  error(text: string, event: LogEvent): void;
  debug(text: string, event: LogEvent): void;
}

/** A log whose level can change. */
export interface AdjustableLog extends Log {
  /** Lines that are less severe are left out from now on. */
  setLevel(level: LogLevel): void;
}

interface Line {
  readonly level: LogLevel;
  readonly text: string;
  readonly event: LogEvent;
  readonly time: Date;
}

/** What breaks lines, commands a terminal, or turns the writing direction. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** A text without what cannot be seen: it may come from outside, and begins no line of its own and looks like nothing else. */
export function oneLine(text: string): string {
  return text.replace(INVISIBLE, " ");
}

function asText({ level, text, time }: Line): string {
  const severity = level === "info" ? "" : `${level.toUpperCase()}: `;
  return `${time.toISOString()} - ${severity}${text}`;
}

function codeOf(failure: unknown): string | undefined {
  return failure instanceof KmsError || failure instanceof ChainError ? failure.code : undefined;
}

/** The first three fields come first, as all loggers of the schema have them. */
function asJson({ level, text, event, time }: Line): string {
  const { action, chain, job, transactionId, failure, labels = {} } = event;
  const labelled = { chain, job_id: job, transaction_id: transactionId, ...labels };
  return JSON.stringify({
    "@timestamp": time.toISOString(),
    "log.level": level,
    message: text,
    "ecs.version": "8.11.0",
    "service.name": "tatum-kms",
    "service.version": version,
    "event.action": action,
    "error.code": codeOf(failure),
    ...Object.fromEntries(Object.entries(labelled).map(([name, value]) => [`labels.${name}`, value])),
  });
}

const formats: Readonly<Record<LogFormat, (line: Line) => string>> = { text: asText, json: asJson };

/** Severities of syslog (https://www.freedesktop.org/software/systemd/man/latest/sd-daemon.html). */
const priorities: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };

/**
 * Whether a stream is the one that systemd connected with its journal: `JOURNAL_STREAM` names it as `device:inode`, and is inherited
 * by programs whose output goes elsewhere.
 */
export function isJournal(descriptor: number, named = process.env["JOURNAL_STREAM"]): boolean {
  if (named === undefined) return false;
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return named === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

export interface LogOptions {
  readonly level?: LogLevel;
  readonly format?: LogFormat;
  /** Whether each line begins with its priority, as the journal of systemd takes it. */
  readonly withPriority?: boolean;
  readonly write?: (line: string) => void;
}

/** A log that writes lines with `write`, those of its level and of the more severe ones. */
export function createLog(options: LogOptions = {}): AdjustableLog {
  const { level: lowest = "info", format = "text", withPriority = false } = options;
  const { write = (line: string) => void process.stderr.write(line) } = options;
  const log = ({ date, type, args }: LogObject): void => {
    // What is called below, and nothing else.
    const [level, [text, event]] = [type as LogLevel, args as [string, LogEvent]];
    const line = formats[format]({ level, text: oneLine(text), event, time: date });
    write(`${withPriority ? `<${priorities[level]}>` : ""}${line}\n`);
  };
  const made = createConsola({ level: LogLevels[lowest], throttle: 0, reporters: [{ log }] });
  const setLevel = (level: LogLevel): void => {
    made.level = LogLevels[level];
  };
  return Object.assign(made, { setLevel });
}

/** The same error is told again after a minute, in milliseconds. */
const REPEAT_AFTER = 60_000;

/** Lines that are remembered, the latest. */
const MAXIMUM_REMEMBERED = 1000;

/**
 * A log that tells the same error at most once a minute: what fails in every round would fill the disk.
 * @param now milliseconds of a clock that only ever goes forward
 */
export function withoutRepetition(log: Log, now: () => number = () => performance.now()): Log {
  const toldAt = new Recent<number>(MAXIMUM_REMEMBERED);
  const error = (text: string, event: LogEvent): void => {
    const before = toldAt.get(text);
    if (before !== undefined && now() - before < REPEAT_AFTER) return;
    toldAt.set(text, now());
    log.error(text, event);
  };
  return { ...log, error };
}

/** As in `4 min`: the largest whole unit. */
export function shortDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** What may be out of order for a while, as it is called when that is over. */
const troubleNames = {
  api: "The API answers again",
  approval: "The approval server answers again",
  vault: "The vault can be used again",
} as const;
export type TroubleKind = keyof typeof troubleNames;

export interface OpenTrouble {
  readonly kind: TroubleKind;
  readonly chains: readonly string[];
  /** Milliseconds. */
  readonly for: number;
  /** What was said of it last. */
  readonly problem?: string | undefined;
}

/** What is out of order, for which chains, and since when: a line tells when it is over for all of them. */
export class Troubles {
  readonly #log: Log;
  readonly #now: () => number;
  readonly #open = new Map<
    TroubleKind,
    { readonly since: number; readonly chains: Set<string>; problem?: string | undefined }
  >();

  /** @param now milliseconds of a clock that only ever goes forward */
  constructor(log: Log, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** @param problem in words, where it has a cause that is to be shown with it */
  began(kind: TroubleKind, chain: string, problem?: string): void {
    const open = this.#open.get(kind) ?? { since: this.#now(), chains: new Set() };
    open.chains.add(chain);
    this.#open.set(kind, { ...open, problem });
  }

  /** It works for the chain, or nobody asks for the chain any more. */
  ended(kind: TroubleKind, chain: string): void {
    const open = this.#open.get(kind);
    if (open?.chains.delete(chain) !== true || open.chains.size > 0) return;
    this.#open.delete(kind);
    const duration = this.#now() - open.since;
    this.#log.info(`${troubleNames[kind]}, after ${shortDuration(duration)}.`, {
      action: "trouble-over",
      labels: { trouble: kind, seconds: Math.round(duration / 1000) },
    });
  }

  /** What is out of order, with the milliseconds since it began. */
  get open(): readonly OpenTrouble[] {
    return [...this.#open].map(([kind, { since, chains, problem }]) => ({
      kind,
      chains: [...chains],
      for: this.#now() - since,
      ...(problem !== undefined && { problem }),
    }));
  }

  /** The chain is left to others: whether it works there is not known here. */
  forget(chain: string): void {
    for (const [kind, { chains }] of this.#open)
      if (chains.delete(chain) && chains.size === 0) this.#open.delete(kind);
  }
}

/**
 * Settings that a running daemon takes over from its files on SIGHUP: the log's level, the period and the highest fees. All others count
 * from its next start, and it says so; of files that are wrong nothing is taken over.
 */
import { describeFailure } from "../failures.ts";
import type { AdjustableLog, LogLevel } from "../operations/log.ts";
import type { Config } from "../settings/settings.ts";
import { families, settings, settingTable } from "../settings/table.ts";

/** Bounds of fees are asked for with each transaction. */
const boundsOfFees = families.flatMap(({ before, behind, tickers }) =>
  before.startsWith("TATUM_KMS_MAX_") ? tickers.map((ticker) => before + ticker + behind) : [],
);

/** How the daemon was started, where that counts before what is read anew. */
export interface GivenOptions {
  readonly period?: string | undefined;
  readonly "log-level"?: string | undefined;
}

/** With what {@link LiveSettings} begin. */
export interface LiveStart {
  readonly config: Config;
  /** Milliseconds. */
  readonly period: number;
  readonly log: AdjustableLog;
  readonly options: GivenOptions;
  /** All settings as they are now. @throws KmsError `CONFIGURATION` when something is wrong with them */
  readonly reread: () => Promise<Config>;
}

/** The log's level that the variables ask for. */
export function logLevelOf(config: Config): LogLevel {
  return config.value(settings.logLevel) ?? (config.value(settings.debugMode) ? "debug" : "info");
}

export class LiveSettings {
  readonly #start: LiveStart;
  #config: Config;
  /** Milliseconds between two polls of a chain. */
  period: number;
  #last: Promise<void> = Promise.resolve();

  constructor(start: LiveStart) {
    this.#start = start;
    this.#config = start.config;
    this.period = start.period;
  }

  /** The variable as it counts now. */
  get(name: string): string | undefined {
    return (boundsOfFees.includes(name) ? this.#config : this.#start.config).get(name);
  }

  /** Reads the files anew, one time after another, and says what came of it; never fails. */
  reload(): Promise<void> {
    this.#last = this.#last.then(async () => {
      const { log, reread } = this.#start;
      try {
        this.#takeOver(await reread());
      } catch (failure) {
        const text = `SIGHUP received: the settings stay as they were, the daemon goes on. ${describeFailure(failure)}`;
        log.error(text, { action: "settings-refused", failure });
      }
    });
    return this.#last;
  }

  #takeOver(next: Config): void {
    const { config: atStart, log, options } = this.#start;
    const before = this.#config;
    const period = options.period === undefined ? next.value(settings.period) : this.period;
    const level = options["log-level"] === undefined ? logLevelOf(next) : undefined;
    this.#config = next;
    this.period = period;
    if (level !== undefined) log.setLevel(level);
    const live = [settings.period.name, settings.logLevel.name, settings.debugMode.name, ...boundsOfFees];
    const fixed = [
      ...(options.period === undefined ? [] : [settings.period.name]),
      ...(level === undefined ? [settings.logLevel.name, settings.debugMode.name] : []),
    ];
    const names = settingTable.map(({ name }) => name).filter((name) => !live.includes(name));
    const differ = (one: Config) => (name: string) => one.get(name) !== next.get(name);
    const changed = live.filter(differ(before));
    this.#tell({
      changed: changed.filter((name) => !fixed.includes(name)),
      fixed: changed.filter((name) => fixed.includes(name)),
      waiting: names.filter(differ(atStart)),
    });
  }

  /** What is taken over, what options of the command line count before, and what a restart takes over. */
  #tell({
    changed,
    fixed,
    waiting,
  }: Readonly<Record<"changed" | "fixed" | "waiting", readonly string[]>>): void {
    const { log } = this.#start;
    const event = { action: "settings-reloaded" } as const;
    const list = (what: string, names: readonly string[]) =>
      names.length === 0 ? [] : [what + names.join(", ")];
    const told = [
      ...list("changed: ", changed),
      ...list("options that were given count before ", fixed),
      ...list("only a restart takes over ", waiting),
    ];
    const text = told.length === 0 ? "nothing changed in the settings" : told.join("; ");
    const line = `SIGHUP received: ${text}; the daemon goes on.`;
    if (told.length === 1 && changed.length > 0) log.info(line, event);
    else log.warn(line, event);
  }
}

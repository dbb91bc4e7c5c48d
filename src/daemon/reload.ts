/**
 * Settings that a running daemon takes over from its files on SIGHUP: the chains, the approval server, the period, the limits and the
 * log's level. All others count from its next start, and it says so; of files that are wrong nothing is taken over.
 */
import { describeFailure } from "../failures.ts";
import type { AdjustableLog } from "../operations/log.ts";
import { namedApiKeySettings } from "../settings/api-keys.ts";
import type { Config } from "../settings/settings.ts";
import { families, settings, settingTable } from "../settings/table.ts";
import type { DaemonArguments, LiveValues } from "./settings.ts";

/** Bounds of fees are asked for with each transaction. */
const boundsOfFees = families.flatMap(({ before, behind, tickers }) =>
  before.startsWith("TATUM_KMS_MAX_") ? tickers.map((ticker) => before + ticker + behind) : [],
);

/** The variables that are taken over, each with the option that counts before it. */
const liveVariables: ReadonlyMap<string, keyof DaemonArguments | undefined> = new Map([
  [settings.chain.name, "chain"],
  [settings.externalUrl.name, "external-url"],
  [settings.externalUrlMethod.name, "external-url-method"],
  [settings.period.name, "period"],
  [settings.requestsPerSecond.name, undefined],
  [settings.logLevel.name, "log-level"],
  [settings.debugMode.name, "log-level"],
  ...boundsOfFees.map((name) => [name, undefined] as const),
]);

/** Whether a running daemon takes over a variable on SIGHUP. */
export function isTakenOver(name: string): boolean {
  return liveVariables.has(name);
}

/** What the files say, read and judged. */
export interface ReadAnew {
  readonly config: Config;
  readonly values: LiveValues;
}

/** With what {@link LiveSettings} begin. */
export interface LiveStart extends ReadAnew {
  readonly log: AdjustableLog;
  /** How the daemon was started, where that counts before what is read anew. */
  readonly options: DaemonArguments;
  /** All settings as they are now. @throws KmsError `CONFIGURATION`, `USAGE` when something is wrong with them */
  readonly reread: () => Promise<ReadAnew>;
  /** Makes ready what the values need, before they count. @throws KmsError when that cannot be had */
  readonly prepare?: (next: LiveValues, before: LiveValues) => Promise<void>;
}

export class LiveSettings {
  readonly #start: LiveStart;
  readonly #followers: ((values: LiveValues) => void)[] = [];
  #config: Config;
  #values: LiveValues;
  #last: Promise<void> = Promise.resolve();

  constructor(start: LiveStart) {
    this.#start = start;
    this.#config = start.config;
    this.#values = start.values;
  }

  /** As they count now. */
  get values(): LiveValues {
    return this.#values;
  }

  /** The variable as it counts now. */
  get(name: string): string | undefined {
    return (liveVariables.has(name) ? this.#config : this.#start.config).get(name);
  }

  /** @param follow told the values each time after they were taken over, at once where that has happened already; does not fail */
  onChange(follow: (values: LiveValues) => void): void {
    this.#followers.push(follow);
    if (this.#values !== this.#start.values) follow(this.#values);
  }

  /** Reads the files anew, one time after another, and says what came of it; never fails. */
  reload(): Promise<void> {
    this.#last = this.#last.then(async () => {
      const { log, reread, prepare } = this.#start;
      try {
        const next = await reread();
        await prepare?.(next.values, this.#values);
        this.#takeOver(next);
      } catch (failure) {
        const text = `SIGHUP received: the settings stay as they were, the daemon goes on. ${describeFailure(failure)}`;
        log.error(text, { action: "settings-refused", failure });
      }
    });
    return this.#last;
  }

  #takeOver({ config: next, values }: ReadAnew): void {
    const { config: atStart, log, options } = this.#start;
    const before = this.#config;
    const { plainHttpWarning } = this.#values;
    this.#config = next;
    this.#values = values;
    log.setLevel(values.logLevel);
    const differ = (one: Config) => (name: string) => one.get(name) !== next.get(name);
    const isFixed = (name: string): boolean => {
      const option = liveVariables.get(name);
      return option !== undefined && options[option] !== undefined;
    };
    const changed = [...liveVariables.keys()].filter(differ(before));
    const others = [...settingTable, ...namedApiKeySettings(atStart), ...namedApiKeySettings(next)]
      .map(({ name }) => name)
      .filter((name) => !liveVariables.has(name));
    this.#tell({
      changed: changed.filter((name) => !isFixed(name)),
      fixed: changed.filter(isFixed),
      waiting: [...new Set(others)].filter(differ(atStart)),
    });
    if (values.plainHttpWarning !== undefined && values.plainHttpWarning !== plainHttpWarning)
      log.warn(values.plainHttpWarning, { action: "configuration-doubtful" });
    for (const follow of this.#followers) follow(values);
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

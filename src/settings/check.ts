/** All settings are looked at when a command starts: a name that nobody reads, or a value that nobody can, is told at once. */
import { closest } from "fastest-levenshtein";
import { tickers } from "../../chains/index.ts";
import type { ProviderVariable } from "../../providers/provider.ts";
import { tickerNamed } from "../chain-names.ts";
import { KmsError } from "../errors.ts";
import { namedApiKeySettings } from "./api-keys.ts";
import { type Config, placeOf, type Setting } from "./settings.ts";
import { families, settingTable } from "./table.ts";

const PREFIX = /^tatum_(?:kms|api_key)_/i;

/**
 * What Kubernetes puts into the environment of every container for a service named `tatum-kms`, or `tatum-kms-<more>`:
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
const OF_A_SERVICE =
  /^TATUM_KMS_(SERVICE_.*|PORT.*|\w+_SERVICE_(HOST|PORT(_\w+)?)|\w+_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

const MAXIMUM_TOLD = 5;

/** The chain that a name of a family is about, whether or not the family has it. */
function chainWithin(name: string, before: string, behind: string): string | undefined {
  const upper = name.toUpperCase();
  if (!upper.startsWith(before) || !upper.endsWith(behind)) return undefined;
  return tickerNamed(upper.slice(before.length, upper.length - behind.length));
}

/** What somebody most likely meant by a name that is none. */
function adviceFor(name: string, known: readonly string[]): string {
  for (const { before, behind, tickers: chains } of families) {
    const ticker = chainWithin(name, before, behind);
    if (ticker === undefined) continue;
    return chains.includes(ticker)
      ? `Did you mean ${before}${ticker}${behind}?`
      : `${ticker} has no such setting; it is there for ${tickers.filter((one) => chains.includes(one)).join(", ")}.`;
  }
  const upper = name.toUpperCase();
  const withPrefix = known.find((one) => one === `TATUM_KMS_${upper}` || one === `TATUM_${upper}`);
  return `Did you mean ${withPrefix ?? closest(upper, known)}? If it is not meant for tatum-kms, give it another name or unset it.`;
}

function unknownName(setting: Setting & { readonly name: string }, known: readonly string[]): KmsError {
  const message = `${setting.name} (from ${placeOf(setting)}) is not a setting of tatum-kms.`;
  return new KmsError("CONFIGURATION", message, { hint: adviceFor(setting.name, known) });
}

/**
 * Everything that is wrong with the names and values of the settings. The values of secret providers are not looked at:
 * each provider reads its own when it is chosen.
 *
 * @param providerVariables of all providers
 */
export function settingProblems(config: Config, providerVariables: readonly ProviderVariable[]): KmsError[] {
  const definitions = [...settingTable, ...namedApiKeySettings(config)];
  const known = [...definitions, ...providerVariables].map(({ name }) => name);
  const ours = known.filter((name) => PREFIX.test(name));
  const problems: KmsError[] = [];
  for (const setting of config.set()) {
    const { name, origin } = setting;
    const isOfConfigFile = origin === config.configFile;
    const mayBeOurs = isOfConfigFile || (PREFIX.test(name) && !OF_A_SERVICE.test(name));
    if (mayBeOurs && !known.includes(name))
      problems.push(unknownName(setting, isOfConfigFile ? known : ours));
    const isMisplaced =
      origin !== "environment" && settingTable.some((one) => one.name === name && one.environmentOnly);
    if (isMisplaced) {
      problems.push(
        new KmsError("CONFIGURATION", `${name} (from ${placeOf(setting)}) counts in the environment alone.`),
      );
    }
  }
  for (const definition of definitions) {
    try {
      config.value(definition);
    } catch (error) {
      if (!(error instanceof KmsError)) throw error;
      problems.push(error);
    }
  }
  return problems;
}

/** @throws KmsError `CONFIGURATION` that tells of all problems, if there are any */
export function assertNoProblems(problems: readonly KmsError[]): void {
  if (problems.length === 0) return;
  const told = problems.slice(0, MAXIMUM_TOLD);
  const more = problems.length - told.length;
  const hints = told.map(({ hint }) => hint).filter((hint) => hint !== undefined);
  throw new KmsError(
    "CONFIGURATION",
    told.map(({ message }) => message).join(" ") + (more === 0 ? "" : ` And ${more} more.`),
    hints.length === 0 ? {} : { hint: hints.join(" ") },
  );
}

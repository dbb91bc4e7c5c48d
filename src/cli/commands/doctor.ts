/** `doctor`: looks at everything that the daemon needs, and says of each whether it is well and what mends it. */

import { defaultApiKey } from "../../api-key-name.ts";
import { readCollector } from "../../daemon/settings.ts";
import { accessFindings } from "../../doctor/access.ts";
import { diskFindings } from "../../doctor/disk.ts";
import { examine, type Finding, failureOf, findings } from "../../doctor/finding.ts";
import { machineFindings } from "../../doctor/machine.ts";
import { apiFindings, collectorFindings, fourEyeFindings } from "../../doctor/services.ts";
import { backupFinding, walletFindings } from "../../doctor/wallets.ts";
import { KmsError } from "../../errors.ts";
import { HttpClient } from "../../http/client.ts";
import { plainHttpReach } from "../../http/endpoints.ts";
import { oneLine } from "../../operations/log.ts";
import { apiKeyNames } from "../../settings/api-keys.ts";
import type { Config } from "../../settings/settings.ts";
import { settings } from "../../settings/table.ts";
import { parseExternalUrl } from "../../signing/policy/four-eye.ts";
import { readTatumSettings } from "../../tatum/settings.ts";
import { vaultPathOf } from "../choose-store.ts";
import { defineCommand } from "../command.ts";
import { confirm } from "../confirmation.ts";
import { type CommandContext, createContext, loadConfig, type VaultArguments } from "../context.ts";
import { withVault } from "../open-vault.ts";
import { choosingOptions, pickOptions, vaultOptions } from "../options.ts";
import { printJson, printNote, printWarning, writeOutput } from "../output.ts";
import { isForPerson } from "../terminal/table.ts";
import { columnsOf, hasColours, paintFor, type Style, wrapWords } from "../terminal/text-layout.ts";

interface DoctorArguments extends VaultArguments {
  readonly "api-key"?: string | undefined;
  readonly "external-url"?: string | undefined;
  readonly "allow-plain-http"?: boolean | undefined;
}

/** The settings, and with them the context; without it where they are wrong. */
async function settingsFindings(
  args: DoctorArguments,
): Promise<{ readonly found: readonly Finding[]; readonly context?: CommandContext }> {
  const { ok } = findings("settings");
  let problems: readonly KmsError[] = [];
  try {
    await loadConfig(args, (found) => {
      problems = found;
    });
    if (problems.length > 0) return { found: problems.map((problem) => failureOf("settings", problem)) };
    return { found: [ok("All settings are known and can be read.")], context: await createContext(args) };
  } catch (error) {
    return { found: [failureOf("settings", error)] };
  }
}

/** Opens the vault as the daemon would, where that asks nobody. */
async function vaultFindings(context: CommandContext): Promise<Finding[]> {
  const { ok, warning } = findings("unlocking");
  if (!(await context.store.isThere())) return [];
  if (context.readsInput) {
    return [
      warning(
        "Somebody has to type what opens the vault, so its wallets were not looked at.",
        "For a daemon that starts by itself choose a provider: tatum-kms provider list",
      ),
    ];
  }
  return withVault(context, async (vault) => {
    const wallets = await vault.wallets();
    return [
      ok("The provider or token gives what opens the vault."),
      ...(await walletFindings(wallets)),
      backupFinding(vault.lastBackup, wallets.length),
    ];
  });
}

/** Nothing where no collector is named. */
async function lookAtCollector(config: Config, args: DoctorArguments, timeout: number): Promise<Finding[]> {
  const { warning } = findings("collector");
  const left: string[] = [];
  const collector = await readCollector(config, args["allow-plain-http"], (text) => void left.push(text));
  const mend = "Use https or a collector on this machine, and for headers the variable of this program.";
  const doubts = left.map((text) => warning(text, mend));
  if (collector === undefined) return doubts;
  const { endpoint, plainHttp } = collector;
  const http = new HttpClient([endpoint], { plainHttp });
  return [...doubts, ...(await collectorFindings(collector, timeout, http))];
}

async function serviceFindings({ config, ask }: CommandContext, args: DoctorArguments): Promise<Finding[]> {
  const plainHttp = plainHttpReach("mainnet", args["allow-plain-http"], config);
  const timeout = config.value(settings.httpTimeout);
  const given = args["external-url"] ?? config.get(settings.externalUrl.name);
  const fourEye = (text: string) => () => {
    const url = parseExternalUrl(text);
    return fourEyeFindings(url, timeout, new HttpClient([url], { plainHttp }));
  };
  const looks = [
    examine("api", async () => {
      const option = args["api-key"];
      const read = (name: string) =>
        readTatumSettings(config, {
          name,
          ask,
          warn: printWarning,
          ...(name === defaultApiKey && { option }),
        });
      const names = new Set([...(option === undefined ? [] : [defaultApiKey]), ...apiKeyNames(config)]);
      const [name = defaultApiKey, ...others] = names;
      const tatum = await read(name);
      const rest = await Promise.all(others.map(read));
      return apiFindings(tatum, new HttpClient([tatum.apiUrl], { plainHttp }), rest);
    }),
    ...(given === undefined ? [] : [examine("four-eye", fourEye(given))]),
    examine("collector", () => lookAtCollector(config, args, timeout)),
  ];
  return (await Promise.all(looks)).flat();
}

/** What is said of the vault's file, which a vault in a database has not. */
async function fileFindings(args: DoctorArguments, context: CommandContext | undefined): Promise<Finding[]> {
  const path = context?.vaultPath ?? vaultPathOf(args);
  const access = await accessFindings(path, context?.access ?? { allowGroup: false });
  return [...access, ...(await diskFindings(path))];
}

/** Everything that was found, in the order in which a person reads it. */
async function findAll(args: DoctorArguments): Promise<{ found: Finding[]; context?: CommandContext }> {
  const { found, context } = await settingsFindings(args);
  const files = context?.store.kind === "database" ? [] : await fileFindings(args, context);
  const all = [...(await machineFindings(process.env)), ...found, ...files];
  if (context === undefined) return { found: all };
  const needing = await Promise.all([
    examine("unlocking", () => vaultFindings(context)),
    examine("api", () => serviceFindings(context, args)),
  ]);
  return { found: [...all, ...needing.flat()], context };
}

const marks: Readonly<Record<Finding["status"], readonly [mark: string, style: Style]>> = {
  ok: ["ok", "green"],
  warning: ["warning", "yellow"],
  failure: ["FAILURE", "red"],
};

const MARK_COLUMNS = 9;

function printForPerson(found: readonly Finding[]): void {
  const columns = columnsOf(process.stdout, process.env) - MARK_COLUMNS;
  const paint = paintFor(hasColours(1, process.env));
  for (const { check, status, message, mend } of found) {
    const [mark, style] = marks[status];
    const texts = [`${check}: ${message}`, ...(mend === undefined ? [] : [`-> ${mend}`])];
    const [first = "", ...rest] = texts.flatMap((text) => wrapWords(oneLine(text), columns));
    const lines = [
      paint(style, mark.padEnd(MARK_COLUMNS)) + first,
      ...rest.map((line) => " ".repeat(MARK_COLUMNS) + line),
    ];
    writeOutput(`${lines.join("\n")}\n`);
  }
}

/** More rounds than there are folders on any real way to a vault. */
const MOST_ROUNDS = 20;

/** Applies what is safe, as long as that shows more of it: of the folders on the way, one is found after the other. */
async function fixAll(
  args: DoctorArguments,
  before: Awaited<ReturnType<typeof findAll>>,
): Promise<typeof before> {
  let state = before;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const fixes = state.found.flatMap(({ fix }) => fix ?? []);
    if (fixes.length === 0 || state.context === undefined) return state;
    const commands = fixes.map(({ command }) => command);
    await confirm(state.context, "This is going to be done:", ...commands);
    for (const { command, apply } of fixes) {
      apply();
      printNote(`Done: ${command}`);
    }
    state = await findAll(args);
  }
  return state;
}

export default defineCommand({
  meta: {
    name: "doctor",
    description: "Look at all that the daemon needs, and say what mends what is wrong",
  },
  examples: ["tatum-kms doctor --external-url=https://4eye.example", "tatum-kms doctor --fix"],
  statuses: { 78: "something is wrong; a warning alone leaves 0" },
  args: {
    ...pickOptions("json", "fix", "yes", "external-url", "allow-plain-http", "api-key"),
    ...vaultOptions,
  },
  refuses: choosingOptions,
  async run({ args }) {
    const before = await findAll(args);
    const { found } = args.fix === true ? await fixAll(args, before) : before;
    const failures = found.filter(({ status }) => status === "failure").length;
    if (isForPerson(args)) printForPerson(found);
    else printJson({ healthy: failures === 0, checks: found.map(({ fix: _, ...finding }) => finding) });
    if (failures === 0) return;
    const fixable = found.some(({ fix }) => fix !== undefined);
    const hint = fixable ? "tatum-kms doctor --fix mends what is safe to mend." : "Each says what mends it.";
    throw new KmsError("CONFIGURATION", `${failures} of ${found.length} checks failed.`, { hint });
  },
});

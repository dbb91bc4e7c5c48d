/** `daemon`: polls for pending transactions, has them approved, signs and broadcasts them. */
import { readDaemonSettings, readLiveValues } from "../../daemon/settings.ts";
import { startDaemon, whileListening } from "../../daemon/start.ts";
import { assertAnchored } from "../../journal/anchor.ts";
import { settings } from "../../settings/table.ts";
import { defineCommand } from "../command.ts";
import { createContext, loadConfig } from "../context.ts";
import { warnOfKeptOriginals } from "../kept-originals.ts";
import { withVault } from "../open-vault.ts";
import { pickOptions, vaultOptions } from "../options.ts";
import { printJsonLine, printUnreadEnvFile, tellNotesBy } from "../output.ts";

export default defineCommand({
  meta: {
    name: "daemon",
    description: "Poll for pending transactions, have them approved, sign and broadcast them",
  },
  examples: [
    "tatum-kms daemon --testnet --chain=BTC,ETH",
    "tatum-kms daemon --external-url=https://4eye.example",
  ],
  statuses: { 75: "--run-once left transactions unfinished, or another process holds the vault" },
  args: {
    ...pickOptions(
      "external-url",
      "external-url-method",
      "allow-plain-http",
      "chain",
      "testnet",
      "period",
      "run-once",
      "dry-run",
    ),
    "api-key-name": {
      type: "string",
      valueHint: "name,name",
      description: "Work only for wallets of these API keys (default: of all that are set)",
    },
    ...pickOptions("wallets", "transaction-ids", "api-key", "log-level", "log-format", "listen", "standby"),
    ...vaultOptions,
  },
  reads: [
    settings.apiKey,
    settings.apiUrl,
    settings.retries,
    settings.retryDelay,
    settings.httpTimeout,
    settings.lease,
    settings.node,
    settings.metricsFile,
    settings.otlpEndpoint,
    settings.standardOtlpEndpoint,
    settings.listen,
    settings.logLevel,
    settings.logFormat,
    settings.debugMode,
    settings.testnetType,
  ],
  printsText: true,
  async run({ args }) {
    const context = await createContext(args);
    printUnreadEnvFile(context.config);
    const daemonSettings = await readDaemonSettings(args, context.config, context.ask);
    // The log says itself that it is a warning.
    const warn = (text: string): void =>
      daemonSettings.log.warn(text.replace(/^Warning: /, ""), { action: "configuration-doubtful" });
    tellNotesBy(warn);
    await whileListening(daemonSettings, (listener) =>
      withVault(context, async (vault) => {
        await warnOfKeptOriginals(vault.place);
        const anchor = context.config.value(settings.anchor);
        if (anchor !== undefined) await assertAnchored(vault, anchor);
        const keys = { vault, tokens: context.tokens };
        const reread = async () => {
          const config = await loadConfig(args);
          return { config, values: await readLiveValues(args, config, daemonSettings) };
        };
        const reloading = { options: args, reread };
        await startDaemon(keys, { ...daemonSettings, listener, reloading }, printJsonLine);
      }),
    );
  },
});

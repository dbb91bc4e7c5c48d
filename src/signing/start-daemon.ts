/** Puts the daemon together from its settings, and takes it down on a signal. */
import { KmsError } from "../errors.ts";
import { HttpClient } from "../tatum/http-client.ts";
import { NodeCalls } from "../tatum/node-calls.ts";
import type { RetryPolicy } from "../tatum/retry.ts";
import { TatumApi } from "../tatum/tatum-api.ts";
import { TatumConnection } from "../tatum/tatum-connection.ts";
import type { Vault } from "../vault/vault.ts";
import type { WalletSummary } from "../vault/wallet-record.ts";
import { FourEyeCheck } from "./approval.ts";
import { type DaemonContext, type DaemonOptions, runDaemon, runOnce } from "./daemon.ts";
import type { DaemonSettings } from "./daemon-settings.ts";
import { Journal } from "./journal.ts";
import { openTokens } from "./open-tokens.ts";
import type { WalletSource } from "./resolve-signers.ts";

/** After a signal, what may be on its way gets so many milliseconds to end. */
const GRACE = 8_000;

/** Two signals that end the daemon: `stopping` starts nothing new, `deadline` ends everything. */
function handleSignals(log: DaemonSettings["log"]): {
  stopping: AbortSignal;
  deadline: AbortSignal;
  release(): void;
} {
  const stopping = new AbortController();
  const deadline = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) return;
    log.info(`${signal} received: finishing what is in flight.`);
    stopping.abort();
    timer = setTimeout(() => deadline.abort(), GRACE);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  return {
    stopping: stopping.signal,
    deadline: deadline.signal,
    release() {
      clearTimeout(timer);
      process.off("SIGTERM", stop);
      process.off("SIGINT", stop);
    },
  };
}

function createContext(
  { vault, tokens }: WalletSource,
  settings: DaemonSettings,
  { stopping, deadline }: { stopping: AbortSignal; deadline: AbortSignal },
): DaemonContext {
  const { config, log, network, period, externalUrl, externalUrlMethod, apiUrl, apiKey } = settings;
  const timeout = config.number("TATUM_KMS_HTTP_TIMEOUT", 20, 0.1, 600) * 1000;
  const retryDelay = config.number("TATUM_RETRY_DELAY", 1000, 1, 60_000);
  const retries: RetryPolicy = {
    retries: config.number("TATUM_RETRIES", 5, 0, 20),
    delay: retryDelay,
    maximumDelay: 10 * retryDelay,
  };
  const setting = (name: string): string | undefined => config.get(name);
  const http = new HttpClient([apiUrl, ...(externalUrl === undefined ? [] : [externalUrl])]);
  const testnetType = config.get("TESTNET_TYPE");
  const connection = new TatumConnection({
    baseUrl: apiUrl,
    apiKey,
    http,
    timeout,
    retries,
    testnetType,
    stopping,
    deadline,
  });
  return {
    vault,
    tokens,
    journal: new Journal(vault),
    api: new TatumApi(connection),
    log,
    period,
    retryDelay,
    stopping,
    ignoreWaits: settings.runOnce,
    world: { nodes: new NodeCalls(connection), http, network, setting, timeout, stopping },
    fourEye:
      externalUrl === undefined
        ? undefined
        : new FourEyeCheck({ url: externalUrl, method: externalUrlMethod, http, timeout, signal: stopping }),
  };
}

/**
 * The wallets that the daemon can work for.
 * @throws KmsError `NO_SUCH_WALLET` when `--wallets` names one that is not there
 */
function usableWallets(vault: Vault, { wallets, network, tickers, log }: DaemonSettings): WalletSummary[] {
  const known = vault.wallets();
  const unknown = [...(wallets ?? [])].filter((id) => !known.some(({ signatureId }) => signatureId === id));
  if (unknown[0] !== undefined) {
    throw new KmsError("NO_SUCH_WALLET", `No such wallet for signatureId '${unknown[0].slice(0, 128)}'.`, {
      hint: "Option --wallets names signature IDs of the vault.",
    });
  }
  const usable = known.filter(
    ({ chain, testnet }) =>
      chain !== undefined && tickers.includes(chain) && (testnet === true) === (network === "testnet"),
  );
  if (usable.length === 0)
    log.warn(`The vault holds no ${network} wallets of ${tickers.join(", ")}; waiting for some.`);
  return usable;
}

/**
 * Runs the daemon until a signal comes, or one cycle with `--run-once`.
 * @throws KmsError `INCOMPLETE`, `CONFIGURATION`, `NO_SUCH_WALLET`
 */
export async function startDaemon(source: WalletSource, settings: DaemonSettings): Promise<void> {
  const signals = handleSignals(settings.log);
  try {
    const { vault } = source;
    await openTokens(source, usableWallets(vault, settings), settings.log);
    const { tickers, network, period, wallets, transactionIds } = settings;
    const context = createContext(source, settings, signals);
    const options: DaemonOptions = { tickers, network, vault, context, period, wallets, transactionIds };
    await (settings.runOnce ? runOnce(options) : runDaemon(options));
  } finally {
    signals.release();
  }
}

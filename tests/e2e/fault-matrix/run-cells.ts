import { RunningDaemon, until } from "../daemon/running-daemon.ts";
import { allWallets, installationWith } from "../daemon/wallets.ts";
import type { Installation } from "../executable.ts";
import { type Cell, cells } from "./cell.ts";
import { FaultyWire } from "./faulty-wire.ts";
import { sharedWallets } from "./payment.ts";
import { PaymentsApi } from "./payments-api.ts";

/** Milliseconds until all cells of a daemon have to be settled. */
const PATIENCE = 300_000;
/** Milliseconds after which no answer serves another payment any more. */
const UNTIL_ASKED_ANEW = 1_100;

/** Runs some cells with one daemon; then one cycle more, which does what the service would do after a minute. */
async function runDaemonOn(some: readonly Cell[], method: "GET" | "POST"): Promise<void> {
  const ethPayments = cells.filter(({ call }) => call.chain === "ETH");
  const ethWallets = ethPayments.map(({ payment }) => [
    payment.ethWalletId,
    { privateKey: payment.ethKey, chain: "ETH", testnet: false },
  ]);
  const wallets = { ...allWallets, ...sharedWallets, ...Object.fromEntries(ethWallets) };
  const installation = await installationWith(wallets);
  const api = new PaymentsApi();
  const wire = new FaultyWire(api);
  await wire.open();
  const args = [
    "--chain=ETH,LTC,SOL,VET",
    `--external-url=${wire.url}/four-eye`,
    `--external-url-method=${method}`,
  ];
  const env = {
    TATUM_API_URL: wire.url,
    TATUM_KMS_VET_URL: `${wire.url}/vet`,
    TATUM_API_KEY: "test-api-key",
    TATUM_KMS_HTTP_TIMEOUT: "1.5",
    TATUM_RETRIES: "1",
    TATUM_RETRY_DELAY: "5",
    // The matrix refuses for reasons of its own, from which no rate can be learned.
    TATUM_KMS_REQUESTS_PER_SECOND: "0",
  };
  const daemon = new RunningDaemon(installation.start(["daemon", "--period=0.1", ...args], { env }));
  try {
    await Promise.all(queuesOf(some).map((queue) => runQueue(queue, wire)));
    const isOpen = ({ call, payment }: Cell): boolean =>
      call.kind !== "report" && !daemon.log.includes(`Tx was processed: ${payment.id}`);
    await until("all payments in the log", () => !some.some(isOpen), PATIENCE);
    daemon.signal("SIGTERM");
    await daemon.exited();
    wire.isSound = true;
    const patient = { ...env, TATUM_KMS_HTTP_TIMEOUT: "30" };
    // What was tried again just when another cell's connection was refused waits; without faults it fails as before.
    await installation.run(["daemon", "--run-once", ...args], { env: patient });
    for (const { call, payment } of some) if (call.kind === "report") payment.isListed = false;
    const last = await installation.run(["daemon", "--run-once", ...args], { env: patient });
    if (last.status !== 0) throw new Error(`The last cycle ended with ${last.status}: ${last.stderr}`);
    await readJobStates(some, installation);
  } catch (failure) {
    const open = some
      .filter(({ payment }) => !daemon.log.includes(`Tx was processed: ${payment.id}`))
      .map(({ call, fault, payment }) => `${payment.id} (${call.chain} ${call.name}: ${fault})`);
    throw new Error(`${(failure as Error).message}\nnot processed: ${open.join("; ")}\n${tail(daemon.log)}`);
  } finally {
    await daemon.kill();
    await wire.close();
    await api.server.stop();
    installation.remove();
  }
}

/** The end of a log, without the lines about polls. */
function tail(log: string): string {
  const lines = log.split("\n").filter((line) => !line.includes("Getting pending transaction"));
  return lines.slice(-30).join("\n");
}

/** Cells in an order; those of different queues run side by side. */
function queuesOf(some: readonly Cell[]): readonly (readonly Cell[])[] {
  return [
    ...Map.groupBy(some, ({ call, fault, payment }) =>
      fault === "connection refused"
        ? "refused"
        : call.oneAtATime === undefined
          ? payment.id
          : `${call.chain} ${call.oneAtATime}`,
    ).values(),
  ];
}

async function runQueue(queue: readonly Cell[], wire: FaultyWire): Promise<void> {
  for (const cell of queue) {
    if (cell.call.isShared === true) await Bun.sleep(UNTIL_ASKED_ANEW);
    wire.add(cell);
    await until(`${cell.call.chain} ${cell.call.name}: ${cell.fault}`, () => cell.isSettled, PATIENCE);
  }
}

async function readJobStates(some: readonly Cell[], installation: Installation): Promise<void> {
  const states = new Map<string, string>();
  for (const args of [
    ["job", "list"],
    ["job", "list", "done"],
  ]) {
    const { stdout } = await installation.run(args);
    for (const { id, state } of JSON.parse(stdout) as { id: string; state: string }[]) states.set(id, state);
  }
  for (const cell of some) cell.jobState = states.get(cell.payment.id);
}

/**
 * The daemon that a cell belongs to: one for connections that are refused, for what comes with the four-eye method POST,
 * for each answer that payments of its chain share, for what has to come one after another, and for all the rest at once. A report that was refused is made again after
 * waits that grow: those have a daemon for each refusal, so that they need not wait for each other.
 */
function daemonOf({ call, fault }: Cell): string {
  if (fault === "connection refused") return call.name === "four-eye POST" ? "refused POST" : "refused";
  if (call.kind === "report" && /^4(?!29)/.test(fault)) return `reports that get ${fault}`;
  if (call.name === "four-eye POST" || call.kind === "poll" || call.kind === "report") return "POST";
  if (call.isShared === true) return `${call.chain} ${call.name}`;
  return call.oneAtATime === undefined ? "at once" : "one after another";
}

/** Runs all cells, their daemons side by side; all of them have ended when it returns, also when one failed. */
export async function runCells(): Promise<void> {
  const runs = await Promise.allSettled(
    [...Map.groupBy(cells, daemonOf)].map(([kind, some]) =>
      runDaemonOn(some, kind.endsWith("POST") ? "POST" : "GET"),
    ),
  );
  const failures = runs.flatMap((run) => (run.status === "rejected" ? [run.reason as Error] : []));
  if (failures.length > 0) throw new Error(failures.map(({ message }) => message).join("\n\n"));
}

import type { Random } from "../../random.ts";
import { allWallets, installationWith } from "../daemon/wallets.ts";
import type { Installation } from "../executable.ts";
import { type Child, isCheckDue, killBusy } from "./kill-moment.ts";
import { accountIds, accountWallets, UnreliableApi } from "./unreliable-api.ts";

/** New payments in each round, of accounts that go side by side. */
const PAYMENTS = 4;
/** A round ends within so many requests or broadcasts, and so many milliseconds after the last of them. */
const [LONGEST_REQUESTS, LONGEST_BROADCASTS, LONGEST] = [40, 4, 60];
/** Milliseconds in which a daemon sends what it can send at once. */
const LONGEST_WORK = 3000;
/** So many single runs without kill and without failures have to be enough in the end. */
const LAST_RUNS = 3;
/** Seconds until the daemon gives up on an answer. */
const HTTP_TIMEOUT = "0.3";
/** Milliseconds for which it stands still now and then: longer than it waits for anything while it works. */
const STANDSTILL = 700;

export interface DaemonResult {
  readonly kills: number;
  readonly standstills: number;
  readonly transactions: number;
  readonly broadcasts: number;
  /** The most contents that were sent for one transaction. */
  readonly contents: number;
}

/** Whether so many requests came from now on. */
function afterRequests({ server }: UnreliableApi, count: number): () => boolean {
  const before = server.requests.length;
  return () => server.requests.length >= before + count;
}

/**
 * Whether so much was sent from now on: what has piled up is asked for with more requests than a round waits for. Not all is
 * sent in a round, where it waits for a number or to be tried again: {@link LONGEST_WORK} from the first request is enough.
 */
function afterBroadcasts(api: UnreliableApi, count: number): () => boolean {
  const before = api.broadcasts;
  const isAtWork = afterRequests(api, 1);
  let end = Number.POSITIVE_INFINITY;
  return () => {
    if (end === Number.POSITIVE_INFINITY && isAtWork()) end = performance.now() + LONGEST_WORK;
    return api.broadcasts >= before + count || performance.now() >= end;
  };
}

/** Stops a process in the middle of its work with SIGSTOP and has it go on. It ends when it is killed meanwhile. */
async function standStill(child: Child, isBusy: () => boolean, random: Random): Promise<void> {
  while (!isBusy() && child.exitCode === null) await Bun.sleep(1);
  await Bun.sleep(random.below(50));
  child.kill("SIGSTOP");
  await Bun.sleep(STANDSTILL);
  child.kill("SIGCONT");
}

/**
 * Kills the daemon again and again, on one vault, while the API answers as it likes; now and then it stands still before.
 * @throws Error when a transaction was broadcast with two contents, when one is not done in the end, when the journal calls
 * one done that the network does not have, or when the vault does not open.
 */
export async function runDaemonRounds(rounds: number, random: Random): Promise<DaemonResult> {
  const installation = await installationWith({ ...allWallets, ...accountWallets });
  const api = new UnreliableApi(random);
  const { fourEyeUrl } = api.server;
  // Each daemon waits for the lease of the one that was killed before it.
  const env = { ...api.server.env, TATUM_KMS_HTTP_TIMEOUT: HTTP_TIMEOUT, TATUM_KMS_LEASE: "0.2" };
  const args = ["--chain=ETH", `--external-url=${fourEyeUrl}`];
  let standstills = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      for (let payment = 0; payment < PAYMENTS; payment++) api.add(random.pick(accountIds));
      const isBusy = random.chance(0.5)
        ? afterRequests(api, 1 + random.below(LONGEST_REQUESTS))
        : afterBroadcasts(api, 1 + random.below(LONGEST_BROADCASTS));
      const child = installation.start(["daemon", "--period=0.05", ...args], { env });
      // A pipe that nobody reads would fill up and stop the daemon.
      const read = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
      if (random.chance(0.15)) {
        standstills += 1;
        await standStill(child, isBusy, random);
      }
      await killBusy(child, random, isBusy, LONGEST);
      await read;
      api.assertSignedOnce();
      if (isCheckDue(round)) await assertJournalIsRight(installation, api);
    }
    api.isFlaky = false;
    let log = "";
    for (let run = 0; run < LAST_RUNS && !api.isAllDone; run++) {
      log = (await installation.run(["daemon", "--runOnce", ...args], { env })).stderr;
    }
    api.assertSignedOnce();
    if (!api.isAllDone) throw new Error(`not all transactions are done in the end: ${log}`);
    await assertJournalIsRight(installation, api);
    const { entries, broadcasts, contents } = api;
    return { kills: rounds, standstills, transactions: entries.size, broadcasts, contents };
  } finally {
    await api.server.stop();
    installation.remove();
  }
}

/** @throws Error when the journal cannot be read, or calls a transaction done that the network does not have. */
async function assertJournalIsRight(installation: Installation, api: UnreliableApi): Promise<void> {
  const { status, stdout, stderr } = await installation.run(["job", "list", "done"]);
  if (status !== 0) throw new Error(`the journal cannot be read any more: ${stderr}`);
  for (const { id } of JSON.parse(stdout) as { id: string }[]) {
    if (api.entries.get(id)?.isOut !== true)
      throw new Error(`the journal calls ${id} done, which was never broadcast`);
  }
}

import { installationWith, walletIds } from "../daemon/wallets.ts";
import { assertVaultIsSound, killSometime } from "./kill-moment.ts";
import type { Random } from "./random.ts";
import { UnreliableApi } from "./unreliable-api.ts";

/** New payments in each round. */
const PAYMENTS = 3;
/** So many single runs without kill and without failures have to be enough in the end. */
const LAST_RUNS = 3;

export interface DaemonResult {
  readonly kills: number;
  readonly transactions: number;
  readonly broadcasts: number;
}

/** Whether so many requests came from now on. */
function afterRequests({ server }: UnreliableApi, count: number): () => boolean {
  const before = server.requests.length;
  return () => server.requests.length >= before + count;
}

/**
 * Kills the daemon again and again, on one vault, while the API answers as it likes.
 * @throws Error when a transaction was broadcast with two contents, when one is not done in the end, or when the vault
 * does not open.
 */
export async function runDaemonRounds(rounds: number, random: Random): Promise<DaemonResult> {
  const installation = await installationWith();
  const api = new UnreliableApi(random);
  const { fourEyeUrl } = api.server;
  // Each daemon waits for the lease of the one that was killed before it.
  const env = { ...api.server.env, TATUM_KMS_LEASE: "0.2" };
  const args = ["--chain=ETH", `--external-url=${fourEyeUrl}`];
  try {
    for (let round = 0; round < rounds; round++) {
      for (let payment = 0; payment < PAYMENTS; payment++) api.add(walletIds.eth);
      const isBusy = afterRequests(api, 2);
      const child = installation.start(["daemon", "--period=0.05", ...args], { env });
      // A pipe that nobody reads would fill up and stop the daemon.
      const read = Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
      await killSometime(child, random, isBusy, 600);
      await read;
      api.assertSignedOnce();
      await assertVaultIsSound(installation, round);
    }
    api.isFlaky = false;
    let log = "";
    for (let run = 0; run < LAST_RUNS && !api.isAllDone; run++) {
      log = (await installation.run(["daemon", "--runOnce", ...args], { env })).stderr;
    }
    api.assertSignedOnce();
    if (!api.isAllDone) throw new Error(`not all transactions are done in the end: ${log}`);
    return { kills: rounds, transactions: api.entries.size, broadcasts: api.broadcasts };
  } finally {
    await api.server.stop();
    installation.remove();
  }
}

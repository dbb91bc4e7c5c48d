/**
 * A daemon that works off payments of several accounts side by side, so that what it records of them shares commits: what it has sent
 * is in its journal, and nothing else is ever sent for it.
 */
import { Random } from "../../random.ts";
import { allWallets, installationWith } from "../daemon/wallets.ts";
import { executable } from "../executable.ts";
import { accountIds, accountWallets, UnreliableApi } from "../kill-loop/unreliable-api.ts";
import type { Scenario, Survivors } from "./scenario.ts";
import { assertHolds, contentOf, vaultPath } from "./surviving-vault.ts";

export const daemonPayments = 12;
const wallets = { ...allWallets, ...accountWallets };
const PASSWORD = "correct horse battery";
/** So many states are given to a daemon that goes on with them; the journal of all is looked at. */
const RESTART_EVERY = 10;

function apiWithPayments(): UnreliableApi {
  const api = new UnreliableApi(new Random(1));
  api.isFlaky = false;
  for (let payment = 0; payment < daemonPayments; payment++)
    api.add(accountIds[payment % accountIds.length] ?? "");
  return api;
}

function argsOf({ server }: UnreliableApi): string[] {
  return ["daemon", "--runOnce", "--chain=ETH", `--external-url=${server.fourEyeUrl}`];
}

/** What was sent before the cut, by the id of the pending transaction. */
function sentPayloads({ network }: Survivors): ReadonlyMap<string, string> {
  const requests = network.matchAll(/"txData":"(0x[0-9a-f]+)","signatureId":"([^"]+)"/g);
  return new Map([...requests].map(([, payload = "", id = ""]) => [id, payload]));
}

async function assertGoesOn(survivors: Survivors, sent: ReadonlyMap<string, string>): Promise<void> {
  const api = apiWithPayments();
  for (const [id, payload] of sent) {
    const entry = api.entries.get(id);
    entry?.payloads.add(payload);
    if (entry !== undefined) entry.isOut = true;
  }
  try {
    const child = Bun.spawn([executable, ...argsOf(api)], {
      cwd: survivors.home,
      env: { HOME: survivors.home, PATH: "/usr/bin:/bin", TATUM_KMS_PASSWORD: PASSWORD, ...api.server.env },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    const log = await new Response(child.stderr).text();
    api.assertSignedOnce();
    if (!api.isAllDone) throw new Error(`not all transactions are done after the power cut: ${log}`);
  } finally {
    await api.server.stop();
  }
}

export function daemonScenario(): Scenario {
  const api = apiWithPayments();
  let checks = 0;
  return {
    name: "daemon",
    args: argsOf(api),
    options: { env: api.server.env },
    prepare: () => installationWith(wallets),
    async check(survivors) {
      const content = await contentOf(vaultPath(survivors.home), PASSWORD);
      assertHolds(content, wallets);
      const sent = sentPayloads(survivors);
      // Or nothing would be compared with anything.
      if (survivors.isOver && sent.size !== daemonPayments)
        throw new Error(`only ${sent.size} payments were sent`);
      for (const [id, payload] of sent) {
        const job = content.jobs.find((found) => found.id === id);
        if (job?.signed?.payload !== payload)
          throw new Error(`transaction ${id} was sent and is not in the journal`);
      }
      if (checks++ % RESTART_EVERY === 0) await assertGoesOn(survivors, sent);
    },
    stop: () => api.server.stop(),
  };
}

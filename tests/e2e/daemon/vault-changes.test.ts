/** Other commands may change the vault while the daemon runs. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onScene, payloadOf, until } from "./running-daemon.ts";
import { allWallets, bitcoinPayment, walletIds } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

test(
  "wallets that are added are polled for and signed with, without a restart",
  onScene(async ({ api, installation, start }) => {
    api.pending = [bitcoinPayment.pending];
    const daemon = start();
    await daemon.logged("waiting for some");
    const file = join(installation.home, "new.json");
    writeFileSync(file, JSON.stringify({ [walletIds.btc]: allWallets[walletIds.btc] }));
    expect(await installation.run(["import", file])).toMatchObject({ status: 0 });
    await daemon.logged(`Tx was processed: ${bitcoinPayment.pending.id}`);
  }, {}),
);

test(
  "wallets that are removed are not polled for any more",
  onScene(async ({ api, installation, start }) => {
    start(["--chain=BTC,ETH"]);
    await until("a poll of BTC", () => api.to("/v3/kms/pending/BTC").length > 0);
    expect(await installation.run(["removewallet", walletIds.btc])).toMatchObject({ status: 0 });
    const before = api.requests.length;
    await until("six more polls", () => api.requests.length > before + 6);
    const late = api.requests.slice(before + 2).map(({ path }) => path);
    expect(new Set(late)).toEqual(new Set(["/v3/kms/pending/ETH"]));
  }),
);

test(
  "what was signed with a wallet is worked off with the same bytes after that was removed",
  onScene(async ({ api, installation, runOnce }) => {
    api.pending = [bitcoinPayment.pending];
    const isBroadcast = (path: string): boolean => path.endsWith("/broadcast");
    api.answer = ({ path }) => (isBroadcast(path) ? new Response("", { status: 503 }) : undefined);
    const env = { TATUM_RETRIES: "0" };
    expect((await runOnce(["--chain=BTC"], { env })).status).toBe(75);
    const removed = await installation.run(["removewallet", walletIds.btc, "--yes"]);
    expect(removed).toMatchObject({ status: 0 });
    api.answer = () => undefined;
    const before = api.broadcasts.length;
    expect(await runOnce(["--chain=BTC"], { env })).toMatchObject({ status: 0 });
    expect(api.broadcasts.slice(before).map(payloadOf)).toEqual([bitcoinPayment.txData]);
    const shown = await installation.run(["job", "show", bitcoinPayment.pending.id]);
    expect(JSON.parse(shown.stdout)).toMatchObject({ state: "done", hasWallets: false });
  }),
);

test(
  "a password that is changed and a backup that is made do not disturb it",
  onScene(async ({ api, installation, start }) => {
    const daemon = start(["--chain=BTC"]);
    await until("a poll", () => api.requests.length > 0);
    const env = { TATUM_KMS_NEW_PASSWORD: "another good password" };
    expect(await installation.run(["vault", "change-password"], { env })).toMatchObject({ status: 0 });
    const copy = join(installation.home, "copy.dat");
    const unlocked = { TATUM_KMS_PASSWORD: env.TATUM_KMS_NEW_PASSWORD };
    expect(await installation.run(["vault", "backup", copy], { env: unlocked })).toMatchObject({ status: 0 });
    api.pending = [bitcoinPayment.pending];
    await daemon.logged("Tx was processed");
    expect(daemon.log).not.toContain("ERROR");
  }),
);

test(
  "a vault that is replaced is noticed; nothing is signed with it",
  onScene(async ({ api, installation, start }) => {
    const daemon = start(["--chain=BTC"]);
    await until("a poll", () => api.requests.length > 0);
    const bytes = await Bun.file(installation.vaultPath).bytes();
    await Bun.$`mv ${installation.vaultPath} ${installation.vaultPath}.old`.quiet();
    writeFileSync(installation.vaultPath, bytes, { mode: 0o600 });
    await daemon.logged("was removed or replaced");
    api.pending = [bitcoinPayment.pending];
    await Bun.sleep(400);
    expect(api.broadcasts).toEqual([]);
  }),
);

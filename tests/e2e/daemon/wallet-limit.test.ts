import { expect, setDefaultTimeout, test } from "bun:test";
import { onScene } from "./running-daemon.ts";
import { allWallets, ethPrivateKey, litecoinPayment } from "./wallets.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const LIMIT = 25_000;

/** That many Ethereum wallets; the key does not matter. */
function crowd(count: number): Record<string, Readonly<Record<string, unknown>>> {
  const wallet = { privateKey: ethPrivateKey, chain: "ETH", testnet: false };
  return Object.fromEntries(
    Array.from({ length: count }, (_, number) => [
      `22222222-0000-4000-8000-${number.toString(16).padStart(12, "0")}`,
      wallet,
    ]),
  );
}

/** Without the Ethereum wallet of the mainnet. */
const others = Object.fromEntries(Object.entries(allWallets).filter(([, { chain }]) => chain !== "ETH"));

test(
  "a chain with more than 25,000 wallets is not polled; the others go on",
  onScene(
    async ({ api, runOnce }) => {
      api.pending = [litecoinPayment.pending];
      const started = performance.now();
      const run = await runOnce();
      expect(run.stderr).toContain("Error: Exceeded limit 25000 wallets for chain ETH.");
      expect(run.stderr).toContain(`Tx was processed: ${litecoinPayment.pending.id}`);
      expect(run.status).toBe(75);
      expect(api.to("/v3/kms/pending/ETH")).toEqual([]);
      expect(performance.now() - started).toBeLessThan(10_000);
    },
    { ...others, ...crowd(LIMIT + 1) },
  ),
  60_000,
);

test(
  "25,000 wallets are polled in one request, and one more with another API key",
  onScene(
    async ({ api, runOnce, installation }) => {
      const [more = ""] = Object.keys(crowd(1));
      await installation.run(["wallet", "key", "shop", more]);
      const run = await runOnce(["--log-level=debug"], { env: { TATUM_API_KEY_SHOP: "shop-api-key" } });
      expect(run.stderr).toContain("Getting pending transaction from ETH for 25000 wallets.");
      expect(run.stderr).toContain(`Getting pending transaction from ETH (key shop) for wallets ${more}.`);
      expect(run.status).toBe(0);
      const asked = api
        .to("/v3/kms/pending/ETH")
        .map(({ headers, body }): [string | undefined, number] => [
          headers["x-api-key"],
          (body as { signatureIds: string[] }).signatureIds.length,
        ]);
      expect(new Map(asked)).toEqual(
        new Map([
          ["test-api-key", LIMIT],
          ["shop-api-key", 1],
        ]),
      );
      expect(asked).toHaveLength(2);
    },
    crowd(LIMIT + 1),
  ),
  60_000,
);

/** A sample of other projects' transactions through the executable: wallets are imported, one round signs and sends. */
import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Installation } from "../e2e/executable.ts";
import { StandInApi } from "../e2e/stand-in-api.ts";
import { pendingOf } from "./operations.ts";
import { ownSuites, type PeerCase } from "./peer-case.ts";

setDefaultTimeout(120_000);

/** Chains whose nodes nobody has to ask. */
const CHAINS = ["BTC", "XRP", "XLM", "TRON", "ALGO"];
const MOST_OF_A_CHAIN = 6;

/** Evenly spread over a list. */
function spread<Item>(items: readonly Item[], most: number): readonly Item[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)]!);
}

const isFeeBound = (name: string): boolean => name.startsWith("TATUM_KMS_MAX_FEE_");

const isSample = ({
  op,
  chain,
  network = "mainnet",
  differs,
  refuse,
  settings = {},
  keys,
}: PeerCase): boolean =>
  op === "sign" &&
  CHAINS.includes(chain) &&
  network === "mainnet" &&
  differs === undefined &&
  !refuse &&
  Object.keys(settings).every(isFeeBound) &&
  keys?.length === 1;

const installation = new Installation();
const api = new StandInApi();
afterAll(async () => {
  await api.stop();
  installation.remove();
});

test("the executable sends the bytes that other projects have", async () => {
  const cases = ownSuites().flatMap((suite) => suite.cases.filter(isSample));
  const sample = CHAINS.flatMap((chain) =>
    spread(
      cases.filter((of) => of.chain === chain),
      MOST_OF_A_CHAIN,
    ),
  ).map((of) => ({ of, signatureId: crypto.randomUUID() }));
  expect(sample.length).toBeGreaterThan(15);

  const wallets = sample.map(({ of, signatureId }) => [
    signatureId,
    { privateKey: of.keys![0], chain: of.chain, testnet: false },
  ]);
  const file = join(installation.home, "wallets.json");
  writeFileSync(file, JSON.stringify(Object.fromEntries(wallets)), { mode: 0o600 });
  const imported = await installation.run(["import", file]);
  expect(imported.status, imported.stderr).toBe(0);

  const pending = sample.map(({ of, signatureId }) => ({ ...pendingOf(of), hashes: [signatureId] }));
  api.pending = pending;
  // TRON has no bound that an operator could move.
  const bounded = sample.filter(({ of }) => of.chain !== "TRON");
  const bounds = Object.assign({}, ...bounded.map(({ of }) => of.settings)) as Record<string, string>;
  const daemon = await installation.run(["daemon", "--run-once", `--external-url=${api.fourEyeUrl}`], {
    env: { ...api.env, ...bounds },
  });
  const sent = new Map(
    api.broadcasts.map(({ body }) => {
      const { signatureId, txData } = body as { signatureId: string; txData: string };
      return [signatureId, txData];
    }),
  );
  for (const [position, { of }] of sample.entries()) {
    const payload = sent.get(pending[position]!.id) ?? `not sent: ${daemon.stderr.slice(-2_000)}`;
    const parts = (of["payload"] === undefined ? of["contains"] : [of["payload"]]) as readonly string[];
    for (const part of parts) expect(payload.toLowerCase(), of.name).toContain(part.toLowerCase());
  }
});

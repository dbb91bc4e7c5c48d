import { privateKeyToAddress } from "viem/accounts";
import type { Random } from "../../random.ts";
import { Installation } from "../executable.ts";
import { assertVaultIsSound, isCheckDue, killBusy } from "./kill-moment.ts";

export interface BatchResult {
  readonly kills: number;
  /** Wallets that were printed, so that somebody may have sent coins to them. */
  readonly acknowledged: number;
}

interface Printed {
  readonly signatureId: string;
  readonly address: string;
}

/** The whole lines; the last one may have been cut off. */
function printedKeys(stdout: string): Printed[] {
  const lines = stdout.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Printed);
}

/**
 * Kills `generatemanagedprivatekeybatch` again and again, on one vault, the first times while it makes the vault.
 * @throws Error when a wallet that was printed is not in the vault, or the vault does not open.
 */
export async function runBatchRounds(rounds: number, random: Random): Promise<BatchResult> {
  const installation = new Installation();
  const acknowledged = new Map<string, string>();
  try {
    for (let round = 0; round < rounds; round++) {
      const child = installation.start(["generatemanagedprivatekeybatch", "ETH", "100000", "--testnet"]);
      let stdout = "";
      const reading = (async () => {
        const decoder = new TextDecoder();
        for await (const chunk of child.stdout) stdout += decoder.decode(chunk, { stream: true });
      })();
      await killBusy(child, random, () => stdout !== "", 250);
      await reading;
      for (const { signatureId, address } of printedKeys(stdout)) acknowledged.set(signatureId, address);
      if (isCheckDue(round)) await assertVaultIsSound(installation);
    }
    await assertAllStored(installation, acknowledged);
    return { kills: rounds, acknowledged: acknowledged.size };
  } finally {
    installation.remove();
  }
}

async function assertAllStored(
  installation: Installation,
  acknowledged: ReadonlyMap<string, string>,
): Promise<void> {
  if (acknowledged.size === 0) return;
  const { stdout, stderr } = await installation.run(["export"]);
  if (stdout === "") throw new Error(`the vault cannot be exported: ${stderr}`);
  const stored = JSON.parse(stdout) as Record<string, { privateKey: `0x${string}` }>;
  for (const [signatureId, address] of acknowledged) {
    const wallet = stored[signatureId];
    if (wallet === undefined) throw new Error(`wallet ${signatureId} was printed and is lost`);
    const own = privateKeyToAddress(wallet.privateKey);
    if (own.toLowerCase() !== address.toLowerCase()) {
      throw new Error(`wallet ${signatureId} was printed with the address of another key`);
    }
  }
}

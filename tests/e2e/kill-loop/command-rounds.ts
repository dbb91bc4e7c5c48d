import { dirname } from "node:path";
import type { Random } from "../../random.ts";
import { Installation } from "../executable.ts";
import { isCheckDue, killSometime, onChangeIn, type Remains, remainsOf } from "./kill-moment.ts";
import { commandMakers, type KilledCommand, type TestedVault } from "./killed-commands.ts";
import { runMigrationRound } from "./migration-round.ts";
import { type Exported, VaultModel } from "./vault-model.ts";

export interface CommandResult {
  /** Commands that were killed; the others were faster. */
  readonly kills: number;
  /** Wallets that were printed or imported. */
  readonly acknowledged: number;
  /** Wallets that are in the vault although the command that added them was killed before it said so. */
  readonly unannounced: number;
}

/** Milliseconds after the first sign of a change: while it is written, or until long after. */
const [WRITING, AFTERWARDS] = [10, 200];
/** One round in so many migrates a file of its own; the others change the one vault. */
const MIGRATION_EVERY = 8;

async function runKilled(
  command: KilledCommand,
  { installation, random, passwords }: TestedVault,
): Promise<Remains> {
  const [password = ""] = passwords;
  const worksNow = onChangeIn(dirname(installation.vaultPath));
  const longest = random.chance(0.5) ? WRITING : AFTERWARDS;
  const child = installation.start(command.args, {
    env: { TATUM_KMS_PASSWORD: password, ...command.env },
    ...(command.input !== undefined && { input: command.input }),
  });
  const remains = await remainsOf(child, killSometime(child, random, worksNow, longest));
  await command.conclude(remains);
  return remains;
}

/** Opens the vault with the one password that does, and compares it with what it has to hold. */
async function settle(tested: TestedVault): Promise<void> {
  const { installation, model, passwords } = tested;
  let said = "";
  for (const password of passwords) {
    const env = { TATUM_KMS_PASSWORD: password };
    const { status, stdout, stderr } = await installation.run(["export"], { env });
    if (status === 0) {
      tested.passwords = [password];
      return model.settle(JSON.parse(stdout) as Record<string, Exported>);
    }
    said += stderr;
  }
  throw new Error(`the vault opens with none of ${passwords.length} passwords: ${said}`);
}

/**
 * Kills commands that change a vault, each at a random moment, mostly while they write.
 * @throws Error when an acknowledged wallet is lost, a removed one is back, an import or a backup is there in part, or a
 * vault opens with no password that it was given
 */
export async function runCommandRounds(rounds: number, random: Random): Promise<CommandResult> {
  const installation = new Installation();
  const tested: TestedVault = {
    installation,
    model: new VaultModel(),
    passwords: [installation.password],
    random,
  };
  const makers = Object.values(commandMakers);
  let kills = 0;
  try {
    const first = await installation.run(["generatemanagedwallet", "ETH"]);
    tested.model.acknowledge({
      [(JSON.parse(first.stdout) as { signatureId: string }).signatureId]: undefined,
    });
    for (let round = 0; round < rounds; round++) {
      if (round % MIGRATION_EVERY === MIGRATION_EVERY - 1) {
        if (await runMigrationRound(random)) kills += 1;
        continue;
      }
      const make = makers[random.below(makers.length)] as (typeof makers)[number];
      const { status } = await runKilled(make(tested), tested);
      if (status === null) kills += 1;
      if (isCheckDue(round) || tested.passwords.length > 1) await settle(tested);
    }
    await settle(tested);
    const { acknowledged, unannounced } = tested.model;
    return { kills, acknowledged, unannounced };
  } finally {
    installation.remove();
  }
}

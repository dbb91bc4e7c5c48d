import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generatePrivateKey } from "viem/accounts";
import type { Random } from "../../random.ts";
import type { Installation } from "../executable.ts";
import type { Remains } from "./kill-moment.ts";
import type { Exported, VaultModel } from "./vault-model.ts";

/** A vault under test: its installation, its password, and what it has to hold. */
export interface TestedVault {
  readonly installation: Installation;
  readonly model: VaultModel;
  /** The passwords one of which opens it; after an acknowledged change there is one. */
  passwords: string[];
  readonly random: Random;
}

export interface KilledCommand {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Draws the conclusions. @throws Error when they contradict */
  conclude(remains: Remains): void | Promise<void>;
}

export type CommandMaker = (tested: TestedVault) => KilledCommand;

const MNEMONIC = "test test test test test test test test test test test junk";
const IMPORTED_AT_ONCE = 20;

/** The ID that was printed, if the line is whole. */
function printedId(stdout: string): string | undefined {
  return /"signatureId": ?"([^"]+)"[^}]*}\s*$/.exec(stdout)?.[1];
}

/** A command that adds one wallet and prints its ID. */
function adding(args: readonly string[], input?: string): CommandMaker {
  return ({ model }) => ({
    args,
    ...(input !== undefined && { input }),
    conclude({ stdout }) {
      const id = printedId(stdout);
      if (id === undefined) model.perhapsAddedUnknown();
      else model.acknowledge({ [id]: undefined });
    },
  });
}

const generating = adding(["generatemanagedwallet", "ETH"]);

const removing: CommandMaker = (tested) => {
  const { model, random } = tested;
  const id = model.someWallet((end) => random.below(end));
  if (id === undefined) return generating(tested);
  return {
    args: ["removewallet", id],
    conclude({ status }) {
      if (status === 0) model.removed(id);
      else model.perhapsRemoved(id);
    },
  };
};

const importing: CommandMaker = ({ installation, model }) => {
  const wallets: Record<string, Exported> = {};
  for (let number = 0; number < IMPORTED_AT_ONCE; number++)
    wallets[crypto.randomUUID()] = { privateKey: generatePrivateKey(), chain: "ETH", testnet: false };
  const file = join(installation.home, "import.json");
  writeFileSync(file, JSON.stringify(wallets));
  return {
    args: ["import", file],
    conclude({ stdout }) {
      if (stdout.includes('"imported"')) model.acknowledge(wallets);
      else model.perhapsAdded(wallets);
    },
  };
};

const changingPassword: CommandMaker = (tested) => {
  const next = `password ${crypto.randomUUID()}`;
  return {
    args: ["vault", "change-password"],
    env: { TATUM_KMS_NEW_PASSWORD: next },
    conclude({ stderr }) {
      const isAcknowledged = stderr.includes("The password was changed");
      tested.passwords = isAcknowledged ? [next] : [...tested.passwords, next];
    },
  };
};

const backingUp: CommandMaker = ({ installation, passwords }) => {
  const file = join(installation.home, `${crypto.randomUUID()}.backup`);
  const [password = ""] = passwords;
  return {
    args: ["vault", "backup", file],
    async conclude({ stderr }) {
      if (!existsSync(file)) {
        if (stderr.includes("is complete")) throw new Error("an acknowledged backup is missing");
        return;
      }
      const env = { TATUM_KMS_PASSWORD: password };
      const verified = await installation.run(["vault", "verify", "--path", file], { env });
      if (verified.status !== 0) throw new Error(`a backup is not complete: ${verified.stderr}`);
    },
  };
};

/** The commands that change a vault, by what is done. */
export const commandMakers: Readonly<Record<string, CommandMaker>> = {
  generatemanagedwallet: generating,
  storemanagedwallet: adding(["storemanagedwallet", "ETH"], `${MNEMONIC}\n`),
  storemanagedprivatekey: adding(["storemanagedprivatekey", "ETH"], `${generatePrivateKey()}\n`),
  removewallet: removing,
  import: importing,
  "vault change-password": changingPassword,
  "vault backup": backingUp,
};

import { defineCommand } from "citty";
import { createContext } from "../command-line/command-context.ts";
import { pickOptions } from "../command-line/options.ts";
import { printJsonLine } from "../command-line/print.ts";
import { withVault } from "../command-line/unlock.ts";
import { readDaemonSettings } from "../signing/daemon-settings.ts";
import { startDaemon } from "../signing/start-daemon.ts";

export default defineCommand({
  meta: {
    name: "daemon",
    description: "Poll for pending transactions, have them approved, sign and broadcast them",
  },
  args: pickOptions(
    "external-url",
    "external-url-method",
    "chain",
    "testnet",
    "period",
    "run-once",
    "dry-run",
    "wallets",
    "transaction-ids",
    "api-key",
    "path",
    "env-file",
    "provider",
    "aws",
    "azure",
    "vgs",
    "pkcs11",
  ),
  async run({ args }) {
    const context = createContext(args);
    const settings = await readDaemonSettings(args, context.config);
    await withVault(context, (vault) =>
      startDaemon({ vault, tokens: context.tokens }, settings, printJsonLine),
    );
  },
});

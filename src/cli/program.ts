/** The command tree of `tatum-kms`. */
import { version } from "../version.ts";
import type { Command, TitledCommands } from "./command.ts";
import { pickOptions } from "./options.ts";

/** A command is loaded only when it is used. Help lists them in this order, under these titles. */
const groups = {
  "SIGN WHAT IS PENDING": {
    daemon: () => import("./commands/daemon.ts").then((module) => module.default),
    job: () => import("./commands/job/job.ts").then((module) => module.default),
    status: () => import("./commands/status.ts").then((module) => module.default),
    nodes: () => import("./commands/nodes.ts").then((module) => module.default),
    lane: () => import("./commands/lane/lane.ts").then((module) => module.default),
    health: () => import("./commands/health.ts").then((module) => module.default),
  },
  "MAKE AND STORE WALLETS": {
    generatewallet: () => import("./commands/generatewallet.ts").then((module) => module.default),
    generatemanagedwallet: () =>
      import("./commands/generatemanagedwallet.ts").then((module) => module.default),
    storemanagedwallet: () => import("./commands/storemanagedwallet.ts").then((module) => module.default),
    storemanagedprivatekey: () =>
      import("./commands/storemanagedprivatekey.ts").then((module) => module.default),
    generatemanagedprivatekeybatch: () =>
      import("./commands/generatemanagedprivatekeybatch.ts").then((module) => module.default),
    generatemanagedkey: () => import("./commands/generatemanagedkey.ts").then((module) => module.default),
    storemanagedkey: () => import("./commands/storemanagedkey.ts").then((module) => module.default),
  },
  "WORK WITH WALLETS": {
    wallet: () => import("./commands/wallet/wallet.ts").then((module) => module.default),
    getaddress: () => import("./commands/getaddress.ts").then((module) => module.default),
    getmanagedwallet: () => import("./commands/getmanagedwallet.ts").then((module) => module.default),
    getprivatekey: () => import("./commands/getprivatekey.ts").then((module) => module.default),
    export: () => import("./commands/export.ts").then((module) => module.default),
    removewallet: () => import("./commands/removewallet.ts").then((module) => module.default),
  },
  "LOOK AFTER THE VAULT": {
    vault: () => import("./commands/vault/vault.ts").then((module) => module.default),
    import: () => import("./commands/import.ts").then((module) => module.default),
    migrate: () => import("./commands/migrate.ts").then((module) => module.default),
    provider: () => import("./commands/provider/provider.ts").then((module) => module.default),
  },
  "FIND WHAT IS WRONG": {
    doctor: () => import("./commands/doctor.ts").then((module) => module.default),
    config: () => import("./commands/config/config.ts").then((module) => module.default),
    checkconfig: () => import("./commands/checkconfig.ts").then((module) => module.default),
    report: () => import("./commands/report.ts").then((module) => module.default),
  },
  "TRY IT OUT, AND MORE": {
    sandbox: () => import("./commands/sandbox.ts").then((module) => module.default),
    completion: () => import("./commands/completion.ts").then((module) => module.default),
    licenses: () => import("./commands/licenses.ts").then((module) => module.default),
  },
} as const satisfies TitledCommands;

export const program: Command = {
  meta: {
    name: "tatum-kms",
    version,
    description: "Keeps blockchain keys in an encrypted vault and signs what you approve.",
  },
  args: pickOptions("help", "version", "verbose"),
  groups,
  subCommands: Object.assign({}, ...Object.values(groups)) as TitledCommands[string],
};

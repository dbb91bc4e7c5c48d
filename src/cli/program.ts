/** The command tree of `tatum-kms`. */
import type { CommandDef } from "citty";
import { version } from "../version.ts";
import { pickOptions } from "./options.ts";

/** A command is loaded only when it is used or when help lists it. */
export const program: CommandDef = {
  meta: {
    name: "tatum-kms",
    version,
    description: "Keeps blockchain keys in an encrypted vault and signs what you approve.",
  },
  args: pickOptions("help", "version", "verbose"),
  subCommands: {
    daemon: () => import("./commands/daemon.ts").then((module) => module.default),
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
    getmanagedwallet: () => import("./commands/getmanagedwallet.ts").then((module) => module.default),
    removewallet: () => import("./commands/removewallet.ts").then((module) => module.default),
    getprivatekey: () => import("./commands/getprivatekey.ts").then((module) => module.default),
    getaddress: () => import("./commands/getaddress.ts").then((module) => module.default),
    export: () => import("./commands/export.ts").then((module) => module.default),
    import: () => import("./commands/import.ts").then((module) => module.default),
    migrate: () => import("./commands/migrate.ts").then((module) => module.default),
    vault: () => import("./commands/vault/vault.ts").then((module) => module.default),
    job: () => import("./commands/job/job.ts").then((module) => module.default),
    provider: () => import("./commands/provider/provider.ts").then((module) => module.default),
    report: () => import("./commands/report.ts").then((module) => module.default),
    health: () => import("./commands/health.ts").then((module) => module.default),
    licenses: () => import("./commands/licenses.ts").then((module) => module.default),
    checkconfig: () => import("./commands/checkconfig.ts").then((module) => module.default),
    sandbox: () => import("./commands/sandbox.ts").then((module) => module.default),
  },
};

/** `job`: the commands about the daemon's jobs. */
import { defineCommand } from "../../command.ts";

export default defineCommand({
  meta: {
    name: "job",
    description:
      "See what the daemon did with pending transactions: list, export, show, retry, resolve, reopen, resend, recover, quarantine",
  },
  subCommands: {
    list: () => import("./list.ts").then((module) => module.default),
    export: () => import("./export.ts").then((module) => module.default),
    show: () => import("./show.ts").then((module) => module.default),
    retry: () => import("./retry.ts").then((module) => module.default),
    resolve: () => import("./resolve.ts").then((module) => module.default),
    reopen: () => import("./reopen.ts").then((module) => module.default),
    resend: () => import("./resend.ts").then((module) => module.default),
    recover: () => import("./recover.ts").then((module) => module.default),
    quarantine: () => import("./quarantine.ts").then((module) => module.default),
  },
});

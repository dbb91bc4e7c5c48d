/** `vault`: the commands that look after the vault. */
import { defineCommand } from "../../command.ts";

export default defineCommand({
  meta: {
    name: "vault",
    description:
      "Look after the vault: status, verify, slot, change-password, backup, restore, mark-restored, copy, merge",
  },
  subCommands: {
    status: () => import("./status.ts").then((module) => module.default),
    verify: () => import("./verify.ts").then((module) => module.default),
    slot: () => import("./slot.ts").then((module) => module.default),
    "change-password": () => import("./change-password.ts").then((module) => module.default),
    backup: () => import("./backup.ts").then((module) => module.default),
    copy: () => import("./copy.ts").then((module) => module.default),
    merge: () => import("./merge.ts").then((module) => module.default),
    restore: () => import("./restore.ts").then((module) => module.default),
    "mark-restored": () => import("./mark-restored.ts").then((module) => module.default),
  },
});

import { defineCommand } from "citty";

export default defineCommand({
  meta: { name: "vault", description: "Look after the vault: status, verify, slot, change-password, backup" },
  subCommands: {
    status: () => import("./vault-status.ts").then((module) => module.default),
    verify: () => import("./vault-verify.ts").then((module) => module.default),
    slot: () => import("./vault-slot.ts").then((module) => module.default),
    "change-password": () => import("./vault-change-password.ts").then((module) => module.default),
    backup: () => import("./vault-backup.ts").then((module) => module.default),
  },
});

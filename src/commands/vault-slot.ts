import { defineCommand } from "citty";

export default defineCommand({
  meta: { name: "slot", description: "Key slots, each of which opens the vault: list, add, remove" },
  subCommands: {
    list: () => import("./vault-slot-list.ts").then((module) => module.default),
    add: () => import("./vault-slot-add.ts").then((module) => module.default),
    remove: () => import("./vault-slot-remove.ts").then((module) => module.default),
  },
});

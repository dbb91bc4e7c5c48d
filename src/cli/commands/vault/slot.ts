/** `vault slot`: the commands about key slots. */
import { defineCommand } from "../../command.ts";

export default defineCommand({
  meta: { name: "slot", description: "Key slots, each of which opens the vault: list, add, remove" },
  subCommands: {
    list: () => import("./slot-list.ts").then((module) => module.default),
    add: () => import("./slot-add.ts").then((module) => module.default),
    remove: () => import("./slot-remove.ts").then((module) => module.default),
  },
});

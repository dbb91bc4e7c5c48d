/** `config`: where the settings come from, and whether they can be read. */
import { defineCommand } from "../../command.ts";

export default defineCommand({
  meta: { name: "config", description: "Look at the settings: explain, check" },
  subCommands: {
    explain: () => import("./explain.ts").then((module) => module.default),
    check: () => import("./check.ts").then((module) => module.default),
  },
});

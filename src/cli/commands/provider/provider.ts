/** `provider`: the commands about secret providers. */
import { defineCommand } from "../../command.ts";

export default defineCommand({
  meta: { name: "provider", description: "See where the unlocking secret comes from: list, test" },
  subCommands: {
    list: () => import("./list.ts").then((module) => module.default),
    test: () => import("./test.ts").then((module) => module.default),
  },
});

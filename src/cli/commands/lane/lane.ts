/** `lane`: the commands about accounts that number their transactions. */
import { defineCommand } from "../../command.ts";

export default defineCommand({
  meta: {
    name: "lane",
    description:
      "See which numbers (nonces) of an account are used, and free one that is stuck: list, show, repair",
  },
  subCommands: {
    list: () => import("./list.ts").then((module) => module.default),
    repair: () => import("./repair.ts").then((module) => module.default),
    show: () => import("./show.ts").then((module) => module.default),
  },
});

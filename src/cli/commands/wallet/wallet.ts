/** `wallet`: the commands that find wallets and say what may be said of them. */
import { defineCommand } from "../../command.ts";

export default defineCommand({
  meta: {
    name: "wallet",
    description: "Find wallets, without their secrets: list, show, find, label, group, key, restore, index",
  },
  subCommands: {
    list: () => import("./list.ts").then((module) => module.default),
    show: () => import("./show.ts").then((module) => module.default),
    find: () => import("./find.ts").then((module) => module.default),
    label: () => import("./label.ts").then((module) => module.default),
    group: () => import("./group.ts").then((module) => module.default),
    key: () => import("./key.ts").then((module) => module.default),
    restore: () => import("./restore.ts").then((module) => module.default),
    index: () => import("./index-addresses.ts").then((module) => module.default),
  },
});

import { defineCommand } from "citty";

export default defineCommand({
  meta: {
    name: "job",
    description: "See what the daemon did with pending transactions: list, show, retry, resolve",
  },
  subCommands: {
    list: () => import("./job-list.ts").then((module) => module.default),
    show: () => import("./job-show.ts").then((module) => module.default),
    retry: () => import("./job-retry.ts").then((module) => module.default),
    resolve: () => import("./job-resolve.ts").then((module) => module.default),
  },
});

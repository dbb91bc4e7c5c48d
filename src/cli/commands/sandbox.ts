/** `sandbox`: a local stand-in of the Tatum API. */
import { runSandbox } from "../../sandbox/run.ts";
import { defineCommand } from "../command.ts";
import { pickOptions } from "../options.ts";

export default defineCommand({
  meta: { name: "sandbox", description: "Run a local stand-in of the Tatum API to try things out" },
  examples: ["tatum-kms sandbox --port=3999", "tatum-kms sandbox --node=ETH=http://127.0.0.1:8545"],
  args: pickOptions("port", "node", "testnet"),
  printsText: true,
  run: ({ args }) => runSandbox(args),
});

/** `licenses`: the notices of everything in the executable that others wrote. */
import { thirdPartyNotices } from "../../build-facts.ts";
import { KmsError } from "../../errors.ts";
import { defineCommand } from "../command.ts";
import { writeOutput } from "../output.ts";

export default defineCommand({
  meta: { name: "licenses", description: "Print the licenses of everything inside that others wrote" },
  examples: ["tatum-kms licenses | less"],
  statuses: { 78: "not built: run from the sources" },
  printsText: true,
  run() {
    if (thirdPartyNotices !== undefined) return writeOutput(thirdPartyNotices);
    throw new KmsError("CONFIGURATION", "The notices are put together when the executable is built.", {
      hint: "Ask the executable: dist/tatum-kms licenses",
    });
  },
});

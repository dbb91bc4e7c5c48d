/** `job resolve`: a person's decision about jobs that the daemon cannot finish. */
import type { ShownJob } from "../../../journal/inspect.ts";
import { acceptContent } from "../../../signing/accept-content.ts";
import { type ResolveArguments, resolveJob, silenceAll } from "../../../signing/resolve.ts";
import type { KeySource } from "../../../signing/services.ts";
import { defineCommand } from "../../command.ts";
import { personOf } from "../../confirmation.ts";
import { createContext } from "../../context.ts";
import { type BulkWork, namedJob, oneOrAllOptions, workOnAll } from "../../job-filter.ts";
import { withVault } from "../../open-vault.ts";
import { pickOptions, vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

type Person = ReturnType<typeof personOf>;

type Place = Pick<KeySource, "vault" | "tokens">;

/** One decision: what somebody decided about the job itself, or that its content is right as it is now. */
function decide(place: Place, id: string, args: ResolveArguments, person: Person): Promise<ShownJob> {
  if (args.as === "changed") return acceptContent({ ...place, id }, args, person);
  return resolveJob(place.vault, id, args, person);
}

/** All of them at once: the person agreed to the table, and each job passes the checks by itself. */
function decideAll(place: Place, args: ResolveArguments, person: Person): BulkWork {
  const agreed = { ...person, agree: async () => undefined };
  return {
    happens: `be ended or started anew as --as=${args.as ?? ""} says`,
    begin: (jobs) => silenceAll(place.vault, jobs, args),
    one: (id) => decide(place, id, args, agreed),
  };
}

export default defineCommand({
  meta: {
    name: "resolve",
    description:
      "Decide about jobs that the daemon cannot finish: done, failed for good, to be signed anew, or with other content",
  },
  examples: [
    "tatum-kms job resolve $ID --as=done --tx-id=$HASH",
    "tatum-kms job resolve $ID --as=failed --confirm=$HASH",
    "tatum-kms job resolve --all --as=failed --state=failed --older-than=7d",
  ],
  args: {
    ...oneOrAllOptions,
    ...pickOptions("as", "tx-id", "confirm", "api-key", "allow-plain-http"),
    ...vaultOptions,
  },
  refuses: ["testnet", "transaction-ids"],
  async run({ args }) {
    const id = namedJob(args);
    const context = await createContext(args);
    await withVault(context, async (vault) => {
      const person = personOf(context);
      const place = { vault, tokens: context.tokens };
      if (id !== undefined) return printJson(await decide(place, id, args, person));
      await workOnAll({ context, vault }, args, decideAll(place, args, person));
    });
  },
});

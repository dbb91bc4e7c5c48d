/** The options that choose among the jobs of the journal. */
import { knownTickers } from "../chain-names.ts";
import { KmsError } from "../errors.ts";
import type { JobFilter } from "../journal/job-list.ts";
import { pickOptions } from "./options.ts";

export const jobFilterOptions = {
  chain: { type: "string", valueHint: "BTC,ETH", description: "Only jobs of these chains" },
  ...pickOptions("account", "older-than"),
} as const;

interface JobFilterArguments {
  readonly chain?: string | undefined;
  readonly account?: string | undefined;
  readonly "older-than"?: string | undefined;
}

const millisecondsOf: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @throws KmsError `USAGE` */
export function jobFilter(args: JobFilterArguments, now = Date.now()): JobFilter {
  const { chain, account } = args;
  if (account !== undefined && chain === undefined)
    throw new KmsError("USAGE", "Option --account goes with --chain: an account is one of a chain.");
  const olderThan = args["older-than"];
  return {
    chains: chain === undefined ? undefined : knownTickers(chain),
    account,
    until: olderThan === undefined ? undefined : now - readDuration(olderThan),
  };
}

/** Milliseconds. @throws KmsError `USAGE` */
function readDuration(text: string): number {
  const [, number, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const milliseconds = millisecondsOf[unit];
  if (milliseconds !== undefined) return Number(number) * milliseconds;
  throw new KmsError("USAGE", "Option --older-than is a number with its unit, such as 90s, 30m, 12h or 7d.");
}

/**
 * Password strength: how long a password would stand against somebody who has a copy of the vault, by the estimate of zxcvbn
 * (https://github.com/zxcvbn-ts/zxcvbn).
 */
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary as common } from "@zxcvbn-ts/language-common";
import { dictionary as english } from "@zxcvbn-ts/language-en";
import type { Secret } from "../../../providers/secret.ts";

/** zxcvbn's figure for slow hashes, which Argon2id with 64 MiB does not let a few large machines surpass. */
export const GUESSES_A_SECOND = 10_000;

/** Fewer are gone through in three hours; zxcvbn calls that "very" to "somewhat guessable". */
const FEWEST_GUESSES = 1e8;

/** Words that are near at hand for a password of this program. */
const OWN_WORDS = ["tatum", "kms", "tatum-kms", "wallet", "vault"];

export interface PasswordStrength {
  readonly isHopeless: boolean;
  /** Until it is guessed, as in "17 minutes". */
  readonly standsFor: string;
}

const units: readonly (readonly [seconds: number, name: string])[] = [
  [31_557_600, "year"],
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
];

function duration(seconds: number): string {
  const unit = units.find(([length]) => seconds >= length);
  if (unit === undefined) return "less than a second";
  const count = Math.floor(seconds / unit[0]);
  if (count > 100 && unit[1] === "year") return "more than 100 years";
  return `${count} ${unit[1]}${count === 1 ? "" : "s"}`;
}

let estimator: ZxcvbnFactory | undefined;

export function passwordStrength(password: Secret): PasswordStrength {
  // Its dictionaries take a fifth of a second to unpack.
  estimator ??= new ZxcvbnFactory({ dictionary: { ...common, ...english }, graphs: adjacencyGraphs });
  const { guesses } = estimator.check(password.reveal(), OWN_WORDS);
  return { isHopeless: guesses < FEWEST_GUESSES, standsFor: duration(guesses / GUESSES_A_SECOND) };
}

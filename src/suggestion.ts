/** "Did you mean": the known word nearest to a mistyped one, by Levenshtein distance. */
import { closest, distance } from "fastest-levenshtein";

/** The known word that someone most likely meant, if one is near enough to be worth saying. */
export function suggestion(typed: string, known: readonly string[]): string | undefined {
  const exceptForCase = known.find((word) => word.toLowerCase() === typed.toLowerCase());
  if (exceptForCase !== undefined) return exceptForCase;
  if (known.length === 0) return undefined;
  const nearest = closest(typed, known);
  return distance(typed, nearest) <= Math.max(1, Math.floor(nearest.length / 3)) ? nearest : undefined;
}

/** `Did you mean X?`, or nothing. */
export function didYouMean(typed: string, known: readonly string[], prefix = ""): string | undefined {
  const word = suggestion(typed, known);
  return word === undefined ? undefined : `Did you mean ${prefix}${word}?`;
}

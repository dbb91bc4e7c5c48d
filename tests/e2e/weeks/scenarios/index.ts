/** The scenarios by the points of the promise that they are about, and which of them the program is known to fail. */
import { answerScenarios } from "./hostile-answers.ts";
import { identityScenarios } from "./identity.ts";
import { numberScenarios } from "./numbers.ts";
import { peopleScenarios } from "./people-and-lists.ts";
import type { Scenario } from "./scenario.ts";

export const scenarios: Readonly<Record<string, Scenario>> = {
  ...numberScenarios,
  ...identityScenarios,
  ...peopleScenarios,
  ...answerScenarios,
};

/** Those that the program is known to fail: each is a fault that is to be mended. They are not part of the test suite. */
export const known: ReadonlySet<string> = new Set();

/** All whose name is the point or begins with it and a dash. */
export function scenariosOf(point: string): [string, Scenario][] {
  return Object.entries(scenarios).filter(([name]) => name === point || name.startsWith(`${point}-`));
}

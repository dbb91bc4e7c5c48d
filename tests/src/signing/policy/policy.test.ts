import { describe, expect, test } from "bun:test";
import type { Intent } from "../../../../chains/chain.ts";
import { type Decision, decide, type Policy } from "../../../../src/signing/policy/policy.ts";
import { payment } from "../signing-scene.ts";

const approved: Decision = { kind: "approved" };
const refused: Decision = { kind: "refused", reason: "no" };
const intents: readonly Intent[] = [];

/** A policy that notes that it was asked. */
function policy(name: string, decision: Decision, asked: string[]): Policy {
  return {
    name,
    decide: async (listed, shown) => {
      expect(shown).toBe(intents);
      asked.push(`${name} about ${listed.transaction.id}`);
      return decision;
    },
  };
}

describe("several policies", () => {
  const listed = payment(1);
  const about = `about ${listed.transaction.id}`;

  test("approve together, each asked in its turn", async () => {
    const asked: string[] = [];
    const both = [policy("a", approved, asked), policy("b", approved, asked)];
    expect(await decide(both, listed, intents)).toEqual(approved);
    expect(asked).toEqual([`a ${about}`, `b ${about}`]);
  });

  test("refuse as soon as one does; the later ones are not asked", async () => {
    const asked: string[] = [];
    const both = [policy("a", refused, asked), policy("b", approved, asked)];
    expect(await decide(both, listed, intents)).toEqual({ ...refused, by: "a" });
    expect(asked).toEqual([`a ${about}`]);
  });

  test("that are none approve", async () => {
    expect(await decide([], listed, intents)).toEqual(approved);
  });
});

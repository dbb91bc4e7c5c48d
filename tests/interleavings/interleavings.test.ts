/** Every order of the steps of few nodes, small enough to be gone through whole; `bun run test:interleavings` goes through more. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { explore } from "./explorer.ts";

setDefaultTimeout(120_000);

const alone = { nodes: 1, payments: 1, crashes: 0, takeovers: 0, losses: 0, turns: 3 };

describe("no payment is made twice, and none is lost", () => {
  test.each([
    ["when a daemon crashes at any step", { ...alone, crashes: 1 }],
    ["when it has two payments of one account", { ...alone, payments: 2, crashes: 1 }],
    ["when the answer to a broadcast is lost", { ...alone, losses: 1 }],
    ["when another daemon takes it for dead at any step", { ...alone, nodes: 2, takeovers: 1 }],
  ])("%s", async (_, scope) => {
    const { finding, isWhole, finished } = await explore(scope);
    expect(finding).toBeUndefined();
    expect(isWhole).toBe(true);
    expect(finished).toBeGreaterThan(0);
  });
});

test("a commit that is reported before it is durable is found out", async () => {
  const { finding } = await explore({ ...alone, crashes: 1, commitsLate: true });
  expect(finding?.violation).toEndWith("was paid twice");
  expect(finding?.trace).toContain("A crashes");
});

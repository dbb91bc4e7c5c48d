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

describe("a payment that is cancelled after another daemon took over", () => {
  const scope = { ...alone, nodes: 2, takeovers: 1, cancellations: 1 };

  test("is not signed by the one that stood still", async () => {
    const { finding, isWhole, finished } = await explore(scope);
    expect(finding).toBeUndefined();
    expect(isWhole).toBe(true);
    expect(finished).toBeGreaterThan(0);
  });

  test("is signed where nothing asks for the lease: that is what the fence holds up", async () => {
    const { finding } = await explore({ ...scope, isFenced: false });
    expect(finding?.violation).toEndWith("was cancelled and another daemon took over");
  });
});

test("a commit that is reported before it is durable is found out", async () => {
  const { finding } = await explore({ ...alone, crashes: 1, commitsLate: true });
  expect(finding?.violation).toEndWith("was paid twice");
  expect(finding?.trace).toContain("A crashes");
});

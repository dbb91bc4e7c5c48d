import { expect, test } from "bun:test";
import type { ProviderContext } from "../../../providers/provider.ts";
import { stdinProvider } from "../../../providers/stdin/provider.ts";
import { contextWith, refused } from "../local-context.ts";

test("the secret is one line, also a new one; what follows answers other questions", async () => {
  for (const purpose of ["unlock", "create", "pin"] as const) {
    const context = contextWith({}, "geheim\r\nanother\n");
    expect((await stdinProvider.secret(context, purpose)).reveal()).toBe("geheim");
    expect((await context.prompt.ask("Another question")).reveal()).toBe("another");
  }
});

test("what was answered before is not taken for the secret", async () => {
  const context = contextWith({}, "mnemonic\ngeheim\n");
  await context.prompt.ask("Enter mnemonic");
  expect((await stdinProvider.secret(context, "unlock")).reveal()).toBe("geheim");
});

test("an empty line of standard input is no secret", async () => {
  expect((await refused(() => stdinProvider.secret(contextWith({}, "\ncanary\n"), "unlock"))).code).toBe(
    "UNUSABLE",
  );
});

test("an empty standard input is no secret", async () => {
  expect((await refused(() => stdinProvider.secret(contextWith({}), "unlock"))).code).toBe("NO_ANSWER");
});

test("a terminal is refused, in favour of the provider that asks there", async () => {
  const context = { prompt: { isTerminal: true } } as unknown as ProviderContext;
  for (const ask of [() => stdinProvider.describe(context), () => stdinProvider.secret(context, "unlock")]) {
    expect(await refused(ask)).toMatchObject({
      code: "NOT_CONFIGURED",
      hint: "Use --provider=prompt to type the secret.",
    });
  }
});

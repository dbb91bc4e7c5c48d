/** docs/providers.md says what the providers are. */
import { describe, expect, test } from "bun:test";
import { loadProvider, providerNames } from "../../providers/index.ts";
import { providerTable, withTable } from "../../scripts/provider-table.ts";

const page = await Bun.file(new URL("../../docs/providers.md", import.meta.url)).text();
const providers = await Promise.all(providerNames.map(loadProvider));

/** The variables in the page's table by the provider of their row. */
function variablesInTable(): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [, name = "", variable] of page.matchAll(
    /^\| `([a-z0-9-]+)`(?:: [^|]+)? \| (?:`(\w+)`|none) \|/gm,
  )) {
    found[name] = [...(found[name] ?? []), ...(variable === undefined ? [] : [variable])];
  }
  return found;
}

describe("docs/providers.md", () => {
  test("has every variable of every provider once, with that provider, and no other", () => {
    const expected = providers.map(({ name, variables }) => [
      name,
      variables.map((variable) => variable.name),
    ]);
    expect(variablesInTable()).toEqual(Object.fromEntries(expected));
  });

  test("is what `bun scripts/provider-table.ts` makes of it", async () => {
    expect(withTable(page, await providerTable())).toBe(page);
  });

  test("names the variables that choose a provider", () => {
    for (const [variable, name] of [
      ["TATUM_KMS_PASSWORD", "password"],
      ["TATUM_KMS_PASSWORD_FILE", "file"],
      ["TATUM_KMS_PASSWORD_FD", "fd"],
      ["TATUM_KMS_PASSWORD_COMMAND", "exec"],
    ]) {
      expect(page).toMatch(new RegExp(`\`${variable}\`\\s\\((?:provider )?\`${name}\`\\)`));
    }
  });
});

describe("every provider", () => {
  test.each(providers.map((provider) => [provider.name, provider] as const))("%s", (name, provider) => {
    expect(providerNames).toContain(name);
    expect(provider.title).not.toBe("");
    expect(provider.storeType).toMatch(/^[A-Z0-9_]+$/);
    for (const variable of provider.variables) {
      expect(variable.name).toMatch(/^[A-Z][A-Z0-9_]*$/);
      expect(variable.description).toMatch(/^[^\n]+$/);
    }
  });
});

import { describe, expect, test } from "bun:test";
import { chooseUnlocking, type NamedTokens } from "../../../src/cli/choose-unlocking.ts";
import { caught } from "../vault/caught.ts";

const option = { token: "by option" };
const variable = { token: "by variable" };
const passwordOnly = ["password"];
const tokenOnly = ["token"];
const both = ["password", "token"];
const isNew = undefined;

interface Case {
  readonly option?: boolean;
  readonly variable?: boolean;
  readonly slots: readonly string[] | undefined;
  readonly password?: boolean;
  readonly unlocks: "password" | "option" | "variable" | "nothing";
}

function choose(
  { option: hasOption, variable: hasVariable, slots, password }: Case,
  namesObject: boolean,
): string {
  const tokens: NamedTokens = {
    byOption: hasOption ? option : undefined,
    byVariable: hasVariable ? variable : undefined,
    optionNamesObject: namesObject,
  };
  const chosen = chooseUnlocking(tokens, slots, password ?? false);
  if (chosen.kind === "password") return "password";
  return chosen.uri === option ? "option" : "variable";
}

describe.each([
  [
    "where --pkcs11 names the token that unlocks",
    false,
    [
      { slots: isNew, unlocks: "password" },
      { slots: passwordOnly, unlocks: "password" },
      { slots: both, unlocks: "password" },
      { slots: tokenOnly, unlocks: "nothing" },
      { slots: tokenOnly, password: true, unlocks: "nothing" },
      { variable: true, slots: isNew, unlocks: "variable" },
      { variable: true, slots: isNew, password: true, unlocks: "variable" },
      { variable: true, slots: passwordOnly, unlocks: "password" },
      { variable: true, slots: both, password: true, unlocks: "variable" },
      { variable: true, slots: tokenOnly, unlocks: "variable" },
      { option: true, slots: isNew, password: true, unlocks: "option" },
      { option: true, slots: passwordOnly, password: true, unlocks: "option" },
      { option: true, slots: both, password: true, unlocks: "option" },
      { option: true, variable: true, slots: tokenOnly, unlocks: "option" },
    ],
  ],
  [
    "where --pkcs11 names what the command works on",
    true,
    [
      { option: true, slots: isNew, unlocks: "option" },
      { option: true, slots: isNew, password: true, unlocks: "password" },
      { option: true, slots: passwordOnly, unlocks: "password" },
      { option: true, slots: passwordOnly, password: true, unlocks: "password" },
      { option: true, slots: both, unlocks: "option" },
      { option: true, slots: both, password: true, unlocks: "password" },
      { option: true, slots: tokenOnly, unlocks: "option" },
      { option: true, slots: tokenOnly, password: true, unlocks: "option" },
      { option: true, variable: true, slots: tokenOnly, unlocks: "variable" },
      { option: true, variable: true, slots: both, password: true, unlocks: "password" },
      { option: true, variable: true, slots: both, unlocks: "variable" },
      { slots: tokenOnly, password: true, unlocks: "nothing" },
    ],
  ],
] as readonly [string, boolean, readonly Case[]][])("%s", (_, namesObject, cases) => {
  test.each(cases.map((one): [Case["unlocks"], Case] => [one.unlocks, one]))(
    "%s unlocks: %p",
    async (unlocks, one) => {
      if (unlocks !== "nothing") {
        expect(choose(one, namesObject)).toBe(unlocks);
        return;
      }
      expect(await caught(() => choose(one, namesObject))).toMatchObject({
        code: "CONFIGURATION",
        message: "The vault opens with a PKCS#11 token, and none is named.",
      });
    },
  );
});

import { expect, test } from "bun:test";
import { promptProvider } from "../../../providers/prompt/provider.ts";
import { contextWith, refused } from "../local-context.ts";

const variables = { TATUM_KMS_PASSWORD: "variable", TATUM_KMS_PKCS11_PIN: "1234" };

test("the prompt asks also where a variable would answer", async () => {
  for (const purpose of ["unlock", "create", "pin"] as const) {
    expect((await promptProvider.secret(contextWith(variables, "typed\n"), purpose)).reveal()).toBe("typed");
  }
});

test("the prompt has a new password typed twice", async () => {
  const { code } = await refused(() => promptProvider.secret(contextWith({}, "one\ntwo\n"), "create"));
  expect(code).toBe("UNUSABLE");
});

test("does not name a variable that would not be read", async () => {
  const error = await refused(() => promptProvider.secret(contextWith(variables), "unlock"));
  expect(error).toMatchObject({ code: "NO_ANSWER" });
  expect(error.hint).not.toContain("TATUM_KMS");
});

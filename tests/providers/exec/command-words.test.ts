import { expect, test } from "bun:test";
import { commandWords } from "../../../providers/exec/command-words.ts";
import { refused } from "../local-context.ts";

test.each([
  ["/usr/local/bin/kms-password", ["/usr/local/bin/kms-password"]],
  [" /opt/a folder/get it; rm -rf / ", ["/opt/a folder/get it; rm -rf /"]],
  ['["/usr/bin/pass","show","kms"]', ["/usr/bin/pass", "show", "kms"]],
  [' [ "sh" , "-c", "echo $HOME", "" ] ', ["sh", "-c", "echo $HOME", ""]],
])("the command %s is a program and its arguments", (text, words) => {
  expect(commandWords("VARIABLE", text)).toEqual(words as [string, ...string[]]);
});

test.each([
  "[]",
  '[""]',
  '["canary", 1]',
  '["canary"',
  '["canary"] more',
  '[["canary"]]',
  '["a\\u0000b"]',
  " ",
])("%s is no command", async (text) => {
  const error = await refused(() => commandWords("VARIABLE", text));
  expect(error.code).toBe("NOT_CONFIGURED");
  expect(error.message).toContain("VARIABLE");
  expect(error.message).not.toContain("canary");
});

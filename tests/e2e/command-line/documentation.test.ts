/** docs/command-line.md says what the program does. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { options } from "../../../src/cli/options.ts";
import { commandsBelow, selectCommand } from "../../../src/cli/parse.ts";
import { program } from "../../../src/cli/program.ts";
import { type ErrorCode, exitStatus, KmsError } from "../../../src/errors.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const root = join(import.meta.dir, "../../..");
const text = await Bun.file(join(root, "docs/command-line.md")).text();
const errorCodes = [
  ...(await Bun.file(join(root, "src/errors.ts")).text()).matchAll(/^ {2}([A-Z_]+): { exit: /gm),
].map(([, code]) => code as ErrorCode);

describe("docs/command-line.md", () => {
  test("has every command with an example", async () => {
    for (const { name } of await commandsBelow(program)) {
      expect(text).toMatch(new RegExp(`^\\| .*\`${name}[ \`]`, "m"));
    }
    for (const [, example = ""] of text.matchAll(/`tatum-kms ([a-z][^`]*)`/g)) {
      const words = example.split(" ").filter((word) => !word.startsWith("-"));
      expect((await selectCommand(program, words)).command.run).toBeFunction();
    }
  });

  test.each(Object.keys(options))("has the option --%s", (name) => {
    expect(text).toMatch(new RegExp(`^\\| .*\`--${name}[=\`]`, "m"));
  });

  test("has every exit status with its errors", () => {
    expect(errorCodes.length).toBeGreaterThan(20);
    for (const code of errorCodes) {
      const { exitStatus: status } = new KmsError(code, "");
      expect(text).toMatch(new RegExp(`^\\| ${status} \\| .*\`${code}\``, "m"));
    }
    for (const status of Object.values(exitStatus)) expect(text).toContain(`\n| ${status} |`);
  });
});

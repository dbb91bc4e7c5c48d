import { beforeAll, describe, expect, test } from "bun:test";
import { describeCommands } from "../../../../src/cli/manual/describe-commands.ts";
import { allPages, helpPage, pageNamed, usageOf } from "../../../../src/cli/manual/help-page.ts";
import type { Manual, ManualPage } from "../../../../src/cli/manual/manual.ts";
import { parseCommandLine, selectCommand } from "../../../../src/cli/parse.ts";
import { program } from "../../../../src/cli/program.ts";
import { paintFor, widthOf } from "../../../../src/cli/terminal/text-layout.ts";

let manual: Manual;
let commands: ManualPage[];
beforeAll(async () => {
  manual = await describeCommands(program);
  commands = allPages(manual.program).filter(({ groups }) => groups.length === 0);
});

function helpAt(page: ManualPage, columns: number, coloured = false): string {
  return helpPage(page, manual, { columns, paint: paintFor(coloured) });
}

function named(...words: string[]): ManualPage {
  const page = pageNamed(manual.program, words);
  if (page === undefined) throw new Error(`There is no command ${words.join(" ")}.`);
  return page;
}

/** The words of an example that are the program's own: a shell's redirections and variables left aside. */
function wordsOf(example: string): string[] {
  const line = /tatum-kms (?<words>[^>|)]*)/.exec(example)?.groups?.["words"]?.trim() ?? "";
  return line.split(" ").map((word) => word.replaceAll('"', ""));
}

describe("the help of every command", () => {
  test.each([40, 80, 100])("stays within %d columns, with and without colours", (columns) => {
    for (const page of allPages(manual.program)) {
      for (const coloured of [false, true]) {
        const tooLong = helpAt(page, columns, coloured)
          .split("\n")
          .filter((line) => widthOf(line) > columns || /\s$/.test(line));
        expect({ page: page.words, tooLong }).toEqual({ page: page.words, tooLong: [] });
      }
    }
  });

  test("has an example that is a command line of this command", async () => {
    for (const { words, examples } of commands) {
      expect({ words, examples: examples.length > 0 }).toEqual({ words, examples: true });
      for (const example of examples) {
        const { positionals, unknown } = parseCommandLine(wordsOf(example));
        expect(unknown).toBeUndefined();
        expect(positionals.join(" ")).toStartWith(words);
        expect((await selectCommand(program, positionals)).command.run).toBeFunction();
      }
    }
  });

  test("tells the exit statuses, from 0 on", () => {
    for (const page of commands) {
      const statuses = page.statuses.map(({ status }) => status);
      expect(statuses.slice(0, 2)).toEqual([0, 64]);
      expect(statuses).toEqual([...statuses].sort((a, b) => a - b));
      expect(helpAt(page, 80)).toContain("\nEXIT STATUS\n  0   it worked\n  64  the command line is wrong\n");
    }
  });

  test("has a summary, and describes every argument and option", () => {
    for (const { summary, arguments: places, options, vaultOptions } of allPages(manual.program)) {
      for (const text of [summary, ...[...places, ...options, ...vaultOptions].map((one) => one.description)])
        expect(text).toMatch(/^[A-Z].*[^.]$|^Keeps/);
    }
  });
});

describe("the help of the program", () => {
  test("lists every command once, under a title", () => {
    const help = helpAt(manual.program, 80);
    for (const { words } of commands) {
      const [first = ""] = words.split(" ");
      expect(help.match(new RegExp(`^ {2}${first}  +[A-Z]`, "gm"))).toHaveLength(1);
    }
    for (const { title } of manual.program.groups) expect(help).toContain(`\n\n${title}\n`);
  });

  test("puts each description below its command where the terminal is narrow", () => {
    expect(helpAt(manual.program, 40)).toContain(
      "\n  getaddress\n    Print the address of a wallet at an\n    index\n",
    );
  });
});

test("options of the vault stand behind those of the command", () => {
  const help = helpAt(named("vault", "verify"), 80);
  expect(help).not.toContain("\nOPTIONS\n");
  expect(help).toMatch(/\nOPTIONS OF THE VAULT\n {2}--path=<file> /);
});

test("an example that is longer than a line goes on as shells take it", () => {
  const example = "tatum-kms x --first=1234567890123456 --second=1234567890";
  const page = { ...named("export"), examples: [example] };
  const [, first = "", second = ""] = /EXAMPLE\n(.*)\n(.*)\n/.exec(helpAt(page, 40)) ?? [];
  expect(first).toEndWith(" \\");
  expect(`${first.slice(0, -1)}${second}`.trim().replace(/ +/g, " ")).toBe(example.replace(/ +/g, " "));
});

test("arguments are shown as the documents and errors name them", () => {
  expect(usageOf(named("getaddress"))).toBe("tatum-kms getaddress [OPTIONS] <signatureId> [index]");
  expect(usageOf(named("vault"))).toBe("tatum-kms vault <command> ...");
});

test("a page is found by the words of its command, arguments behind them left aside", () => {
  expect(named("vault", "backup", "/backup/wallet.dat").words).toBe("vault backup");
  expect(pageNamed(manual.program, ["vault", "backups"])).toBeUndefined();
  expect(named().words).toBe("");
});

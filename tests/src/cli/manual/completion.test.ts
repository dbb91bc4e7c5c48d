/** The completion scripts, read by the shells that are installed here: bash always is. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { completionScript, type Shell, shells } from "../../../../src/cli/manual/completion.ts";
import { describeCommands } from "../../../../src/cli/manual/describe-commands.ts";
import { program } from "../../../../src/cli/program.ts";
import { TemporaryFolder } from "../../../temporary-folder.ts";

// Shells are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const folder = new TemporaryFolder();
afterAll(() => folder.remove());
const scriptOf = (shell: Shell): string => join(folder.path, `completion.${shell}`);
beforeAll(async () => {
  const manual = await describeCommands(program);
  await Promise.all(shells.map((shell) => Bun.write(scriptOf(shell), completionScript(shell, manual))));
  await Bun.write(join(folder.path, "wallets.json"), "{}");
});

const environment = () => ({ HOME: folder.path, PATH: "/usr/bin:/bin", TERM: "xterm", LC_ALL: "C.UTF-8" });

/** A line up to the cursor, and some of what can stand there, or all of it. */
const cases: readonly (readonly [line: string, offered: readonly string[], not?: readonly string[]])[] = [
  ["tatum-kms ", ["daemon", "vault", "completion", "help"], ["slot", "--path="]],
  ["tatum-kms vault ", ["status", "slot", "backup"], ["daemon"]],
  ["tatum-kms vault slot ", ["list", "add", "remove"], ["status"]],
  ["tatum-kms help va", ["vault"]],
  ["tatum-kms --path /x vault b", ["backup"]],
  ["tatum-kms --path=/x vault b", ["backup"]],
  ["tatum-kms daemon --ru", ["--run-once"], ["--dry-run"]],
  ["tatum-kms getaddress --", ["--chain=", "--path=", "--help"], ["--run-once"]],
  ["tatum-kms daemon --external-url-method=", ["GET", "POST"]],
  ["tatum-kms daemon --external-url-method P", ["POST"], ["GET"]],
  ["tatum-kms daemon --provider=a", ["aws", "azure"], ["vgs"]],
  ["tatum-kms daemon --chain=BT", ["BTC"], ["ETH"]],
  ["tatum-kms daemon --chain=BTC,E", ["BTC,ETH", "BTC,EGLD"]],
  ["tatum-kms generatewallet B", ["BTC", "BCH", "BNB"], ["ETH"]],
  ["tatum-kms completion ", ["bash", "zsh", "fish"]],
];

/** What bash offers: its own splitting of the line, and the function that it calls. */
async function offeredByBash(line: string): Promise<string[]> {
  const breaks = line.split(/(=)| +/).filter((word) => word !== undefined && word !== "");
  const words = / $/.test(line) ? [...breaks, ""] : breaks;
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tatum_kms; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = Bun.spawnSync(["bash", "--norc", "-c", script, "bash", scriptOf("bash"), ...words], {
    env: environment(),
    stderr: "ignore",
  });
  return stdout.toString().trim().split("\n");
}

async function offeredByFish(line: string): Promise<string[]> {
  const script = "source $argv[1]; complete --do-complete $argv[2]";
  const { stdout } = Bun.spawnSync(["fish", "--no-config", "-c", script, scriptOf("fish"), line], {
    env: environment(),
  });
  return stdout
    .toString()
    .trim()
    .split("\n")
    .map((told) => told.split("\t")[0] ?? "");
}

/** fish offers a value together with its option, and an option without the sign between them. */
function asFish(word: string, line: string): string {
  if (word.startsWith("--")) return word.replace(/=$/, "");
  return `${/ (--[a-z-]+=)[^ ]*$/.exec(line)?.[1] ?? ""}${word}`;
}

describe("bash", () => {
  test.each(cases)("offers behind '%s' %j", async (line, offered, not = []) => {
    const found = await offeredByBash(line);
    for (const word of offered) expect(found).toContain(word);
    for (const word of not) expect(found).not.toContain(word);
  });

  test("goes on in a list, and takes an option together with its value where '=' splits no words", async () => {
    const script = `source "$1"; COMP_WORDBREAKS=" "; COMP_WORDS=(tatum-kms daemon --chain=BTC,ET); COMP_CWORD=2
      _tatum_kms; echo "\${COMPREPLY[@]}"`;
    const { stdout } = Bun.spawnSync(["bash", "--norc", "-c", script, "bash", scriptOf("bash")], {
      env: environment(),
      stderr: "ignore",
    });
    expect(stdout.toString()).toBe("--chain=BTC,ETH\n");
  });
});

describe.if(Bun.which("fish") !== null)("fish", () => {
  test.each(cases)("offers behind '%s' %j", async (line, offered, not = []) => {
    const found = await offeredByFish(line);
    for (const word of offered) expect(found).toContain(asFish(word, line));
    for (const word of not) expect(found).not.toContain(asFish(word, line));
  });
});

/** A shell that somebody types into. */
class TypedShell {
  screen = "";
  readonly #child: Bun.Subprocess;

  constructor(command: readonly string[]) {
    const decoder = new TextDecoder();
    this.#child = Bun.spawn([...command], {
      cwd: folder.path,
      env: environment(),
      terminal: { cols: 200, rows: 50, data: (_, bytes) => this.#shown(decoder.decode(bytes)) },
    });
  }

  #shown(text: string): void {
    this.screen += text;
  }

  async shows(text: string): Promise<void> {
    const end = Date.now() + 30_000;
    while (!this.screen.includes(text)) {
      if (Date.now() > end)
        throw new Error(`The screen does not show "${text}": ${JSON.stringify(this.screen)}`);
      await Bun.sleep(10);
    }
  }

  type(keys: string): void {
    this.#child.terminal?.write(keys);
  }

  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }
}

/** The name of each shell, how it is started, what it has to read first, and how it separates an option from its value. */
const typed: readonly (readonly [
  shell: Shell,
  command: readonly string[],
  start: string,
  between: string,
])[] = [
  ["bash", ["bash", "--norc", "--noprofile", "-i"], "tatum-kms() { echo ran: $*; }", "="],
  ["zsh", ["zsh", "-f", "-i"], "autoload -U compinit; compinit -u -D; tatum-kms() { echo ran: $*; }", "="],
  ["fish", ["fish", "--no-config", "-i"], "function tatum-kms; echo ran: $argv; end", " "],
];

describe.each(typed.filter(([shell]) => Bun.which(shell) !== null))(
  "typed into %s",
  (shell, command, start, between) => {
    test("words are completed, also those of a file", async () => {
      const run = new TypedShell(command);
      try {
        run.type(`${start}; source ${scriptOf(shell)}; echo rea''dy\r`);
        await run.shows("ready");
        run.type("tatum-kms va\tslo\tad\t--env\twal\t\r");
        await run.shows(`ran: vault slot add --env-file${between}wallets.json`);
      } finally {
        await run.end();
      }
    });
  },
);

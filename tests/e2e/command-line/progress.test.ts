/** How far long work has come: a bar at a terminal, lines in a file; with a clock by which all that tells progress takes long. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Installation } from "../executable.ts";
import { TerminalRun } from "./terminal.ts";

// A dozen commands are run: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(120_000);

const session = [process.execPath, join(import.meta.dir, "slow-session.ts")];

/** What is run one after another, and what each is to tell. */
const work: readonly (readonly [line: string, ...told: string[]])[] = [
  ["generatemanagedprivatekeybatch ETH 6", "keys stored"],
  ["export --output=wallets.json --yes"],
  ["import wallets.json --path=imported.dat", "wallets stored"],
  ["vault verify", "wallets checked"],
  ["vault backup backup", "wallets of the copy checked"],
  ["vault restore backup --yes", "wallets checked"],
  ["vault copy --to=copy --yes", "wallets checked", "records copied", "records compared"],
];
const lines = work.map(([line]) => line);

let installation: Installation;
beforeEach(() => {
  installation = new Installation();
});
afterEach(() => installation.remove());

/** A line of the terminal that was drawn before is taken away. */
const CLEARED = "\r\u001b[K";

/** What each of the command lines wrote on standard error. */
function partsOf(written: string): ReadonlyMap<string, string> {
  const [, ...parts] = written.replaceAll("\r\n", "\n").replaceAll(CLEARED, "\n").split(/^\$ /m);
  return new Map(parts.map((part) => [part.slice(0, part.indexOf("\n")), part]));
}

/** Text and number of a bar: at 40 columns there is no room for what is done. */
const bars = new Map<number, (what: string) => RegExp>([
  [80, (what) => new RegExp(`^\\[#+ *\\] \\d+ %  \\d+ of \\d+ ${what}, [\\d.]+ a second, \\d+ s left$`)],
  [40, () => /^\[#+ *\] \d+ % {2}\d+ s left$/],
]);

test.each([...bars])(
  "at a terminal of %d columns each command draws a bar that fits, and takes it away",
  async (columns, barOf) => {
    const chosen = work.filter(([line]) => !/export|import/.test(line));
    const env = { TATUM_KMS_PASSWORD: installation.password };
    const options = { program: session, env, columns, output: "results" };
    const run = new TerminalRun(
      installation,
      chosen.map(([line]) => line),
      options,
    );
    for (const [line] of chosen) await run.shows(`$ ${line}`);
    expect(await run.ended(), run.screen).toBe(0);
    const shown = partsOf(run.screen);
    for (const [line, ...told] of chosen) {
      const pictures = (shown.get(line) ?? "").split("\n").filter((text) => text.startsWith("["));
      for (const what of told)
        expect([line, pictures]).toEqual([
          line,
          expect.arrayContaining([expect.stringMatching(barOf(what))]),
        ]);
      for (const picture of pictures) expect(picture.length).toBeLessThan(columns);
      const [, ...notes] = (shown.get(line) ?? "").split("\n").filter((text) => text.includes(" "));
      for (const note of notes) expect(note.length).toBeLessThanOrEqual(columns);
    }
  },
);

const LINE = /^\d+ %: \d+ of \d+ ([a-z ]+), [\d.]+ a second, \d+ s left\.$/gm;

test("a file gets lines, and standard output results alone", async () => {
  const file = join(installation.home, "log");
  const child = Bun.spawn([...session, ...lines], {
    cwd: installation.home,
    env: { HOME: installation.home, PATH: "/usr/bin:/bin", TATUM_KMS_PASSWORD: installation.password },
    stderr: Bun.file(file),
  });
  const results = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  const log = readFileSync(file, "utf8");
  expect(log).not.toContain("\r");
  const parts = partsOf(log);
  for (const [line, ...told] of work) {
    const found = [...(parts.get(line) ?? "").matchAll(LINE)].map(([, what]) => what ?? "");
    expect([line, [...new Set(found)]], log).toEqual([line, told]);
  }
  expect(results).not.toMatch(/ %| left/);
});

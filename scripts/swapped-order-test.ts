/**
 * Builds the program with one mistake, that a payment is sent first and recorded then, and looks whether the power-cut loop and the
 * crash loop notice it: `bun scripts/swapped-order-test.ts [rounds]`. It ends with 1 when one of them does not.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const COPIED = [
  "src",
  "chains",
  "providers",
  "scripts",
  "docs",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "bunfig.toml",
];
/** What is written otherwise, by the file that it is in. */
const mistakes: Readonly<Record<string, readonly (readonly [original: string, replacement: string])[]>> = {
  "src/signing/broadcast.ts": [
    [
      "const recorded = await keeping(place, record);\n    return this.#follow(recorded, await this.#submit(recorded, place), true, 1);",
      "const answer = await this.#submit(job, place);\n    return this.#follow(await record(), answer, true, 1);",
    ],
  ],
  "src/signing/pipeline.ts": [
    [
      "broadcast.sendNew(job, record)",
      "broadcast.sendNew({ ...job, signed: recordOfSigned(signed) }, record)",
    ],
    ["paymentsOf, signedStates }", "paymentsOf, recordOfSigned, signedStates }"],
  ],
};

/** @throws Error when the source reads otherwise by now */
function makeMistakes(file: string): void {
  let text = readFileSync(join(root, file), "utf8");
  for (const [original, replacement] of mistakes[file] ?? []) {
    if (text.split(original).length !== 2) throw new Error(`${file} does not say once: ${original}`);
    text = text.replace(original, () => replacement);
  }
  writeFileSync(join(folder, file), text);
}

const root = fileURLToPath(new URL("..", import.meta.url));
const rounds = Number(process.argv[2] ?? 60);
mkdirSync(join(root, "dist"), { recursive: true });
const folder = mkdtempSync(join(root, "dist", "swapped-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const name of COPIED) cpSync(join(root, name), join(folder, name), { recursive: true });
// Links to each file: the build looks where a package really lies.
Bun.spawnSync(["cp", "-al", join(root, "node_modules"), folder]);
Object.keys(mistakes).forEach(makeMistakes);
const built = Bun.spawnSync([process.execPath, "scripts/build.ts"], { cwd: folder, stderr: "pipe" });
if (!built.success) throw new Error(`The mistaken program cannot be built: ${built.stderr}`);
const executable = join(folder, "dist", "tatum-kms");
// Read when the tests are loaded.
process.env["KMS_TEST_EXECUTABLE"] = executable;

async function inPowerCuts(): Promise<string | undefined> {
  const { PowerCutTest } = await import("../tests/e2e/power-cut/power-cut-test.ts");
  const test = await PowerCutTest.record(executable, "daemon");
  try {
    const { losses } = await test.run({ rounds, seed: 1, statesPerCut: 2 });
    return losses.find((loss) => loss.includes("was sent and is not in the journal"));
  } finally {
    await test.stop();
  }
}

async function inCrashes(): Promise<string | undefined> {
  const { runDaemonRounds } = await import("../tests/e2e/kill-loop/daemon-rounds.ts");
  const { Random } = await import("../tests/random.ts");
  try {
    await runDaemonRounds(rounds, new Random(1));
    return undefined;
  } catch (failure) {
    return (failure as Error).message;
  }
}

for (const [loop, play] of Object.entries({ "power-cut": inPowerCuts, crash: inCrashes })) {
  const noticed = await play();
  console.log(
    `The ${loop} loop ${noticed === undefined ? "notices nothing" : `notices it: ${noticed.slice(0, 300)}`}.`,
  );
  if (noticed === undefined) process.exitCode = 1;
}
process.exit();

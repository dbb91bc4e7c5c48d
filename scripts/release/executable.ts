/**
 * How an executable is made: Bun, the program as bytecode, and every library. It has no native code beside Bun's, so that one
 * for another platform is made here as well. The same sources and libraries give the same bytes, wherever and whenever.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BuildFacts } from "../../src/build-facts.ts";
import { describeCommands } from "../../src/cli/manual/describe-commands.ts";
import { plainHelpTexts } from "../../src/cli/manual/help-page.ts";
import { program } from "../../src/cli/program.ts";
import { pkcs11Binding } from "../pkcs11-binding.ts";
import { removeRuntimeVariables } from "../runtime-variables.ts";
import { type BundledPackage, bundledPackages, folderOfFile } from "./bundled-packages.ts";
import { readLockFile } from "./lock-file.ts";
import { noticesOf } from "./notices.ts";
import type { Target } from "./targets.ts";

const bundle = {
  entrypoints: ["src/main.ts"],
  target: "bun",
  format: "esm",
  minify: true,
  // Chunks: starting loads only the code that is used.
  splitting: true,
} as const satisfies Bun.BuildConfig;

const flags = ["minify", "splitting", "bytecode", "no-autoload-dotenv", "no-autoload-bunfig"];

/** @throws Error telling what the bundler found wrong */
async function build(config: Bun.BuildConfig): Promise<Bun.BuildOutput> {
  const result = await Bun.build(config);
  for (const log of result.logs) console.error(String(log));
  if (!result.success) throw new Error("The executable could not be built.");
  return result;
}

/** A library in the executable, with its bytes of minified JavaScript. */
export interface SizedPackage extends BundledPackage {
  readonly bytes: number;
}

/** The libraries that the executable will hold, from a first bundle that is thrown away. */
export async function packagesOfExecutable(): Promise<SizedPackage[]> {
  const { metafile } = await build({ ...bundle, plugins: [pkcs11Binding], metafile: true });
  if (metafile === undefined) throw new Error("The bundler did not tell which files it took.");
  const taken = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const packages = bundledPackages(Object.keys(metafile.inputs), readLockFile().packages);
  return packages.map((found) => {
    const files = taken.filter(([path]) => folderOfFile(path) === found.folder);
    return { ...found, bytes: files.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0) };
  });
}

/** `undefined` where git is not installed, or says no. */
function git(...words: string[]): string | undefined {
  if (Bun.which("git") === null) return undefined;
  const { exitCode, stdout } = Bun.spawnSync(["git", ...words], { stdout: "pipe", stderr: "ignore" });
  return exitCode === 0 ? stdout.toString().trim() : undefined;
}

function commit(): string {
  // A folder of the project without a repository of its own may lie in somebody else's.
  const top = git("rev-parse", "--show-prefix");
  const hash = top === "" ? git("rev-parse", "HEAD") : undefined;
  if (hash === undefined) return "unknown";
  return git("status", "--porcelain") === "" ? hash : `${hash}-dirty`;
}

/** When the commit was made, in seconds since 1970: the time of everything in a release. 0 without git. */
export function commitTime(): number {
  return commit() === "unknown" ? 0 : Number(git("log", "-1", "--format=%ct"));
}

export function buildFactsFor(target: string): BuildFacts {
  const bun = `${Bun.version} (${Bun.revision})`;
  return { commit: commit(), bun, target, flags, dependencies: readLockFile().digest };
}

/** Puts constants in the place of a module. */
function constantsPlugin(filter: RegExp, constants: Readonly<Record<string, unknown>>): Bun.BunPlugin {
  const contents = Object.entries(constants)
    .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
    .join("\n");
  return {
    name: "constants",
    setup: ({ onLoad }) => void onLoad({ filter }, () => ({ contents, loader: "js" })),
  };
}

/** What the build knows: of what the executable is made, and what its commands declare. */
async function knownToBuild(facts: BuildFacts, notices: string): Promise<Bun.BunPlugin[]> {
  const manual = await describeCommands(program);
  return [
    constantsPlugin(/[\\/]src[\\/]build-facts\.ts$/, { buildFacts: facts, thirdPartyNotices: notices }),
    constantsPlugin(/[\\/]src[\\/]cli[\\/]manual[\\/]manual\.ts$/, { builtManual: manual }),
    constantsPlugin(/[\\/]src[\\/]cli[\\/]manual[\\/]help-texts\.ts$/, { helpTexts: plainHelpTexts(manual) }),
  ];
}

export interface ExecutableOptions {
  readonly target: Target;
  readonly outfile: string;
  /** The file of Bun that it is made of; the one that runs now when it is left out. */
  readonly runtime?: string;
  readonly packages: readonly BundledPackage[];
}

async function compile({ target, runtime, packages }: ExecutableOptions, outfile: string): Promise<void> {
  const known = await knownToBuild(buildFactsFor(target.bun), noticesOf(packages));
  await build({
    ...bundle,
    bytecode: true,
    plugins: [pkcs11Binding, ...known],
    compile: {
      outfile,
      // What lies in the folder that it is started in could make it run foreign code.
      autoloadDotenv: false,
      autoloadBunfig: false,
      target: target.bun,
      ...(runtime !== undefined && { executablePath: runtime }),
    },
  });
  // Elsewhere the file is signed, or not known.
  if (target.os === "linux") removeRuntimeVariables(outfile);
}

/** Makes an executable. Somebody may be running the old one: the new one takes its place in one step. */
export async function makeExecutable(options: ExecutableOptions): Promise<void> {
  const { outfile } = options;
  mkdirSync(dirname(outfile), { recursive: true });
  const folder = mkdtempSync(join(dirname(outfile), ".build-"));
  try {
    const made = join(folder, basename(outfile));
    await compile(options, made);
    renameSync(made, outfile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

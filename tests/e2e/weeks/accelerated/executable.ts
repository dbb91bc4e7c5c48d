/**
 * The program as a test build, whose clock runs fast and whose passwords cost nothing to try. It is made here and nowhere else: no
 * release has an option for it.
 */
import { mkdirSync, renameSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { pkcs11Binding } from "../../../../scripts/pkcs11-binding.ts";
import { protections, withoutProtection } from "./protections.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

const inThisProcess: { made?: Promise<string> } = {};

/** The test build that `KMS_TEST_WEEKS_EXECUTABLE` names, else one that is made of the sources of this moment. */
export function acceleratedExecutable(): Promise<string> {
  const made = process.env["KMS_TEST_WEEKS_EXECUTABLE"];
  if (made !== undefined) return Promise.resolve(made);
  const outfile = join(root, "dist", "tatum-kms-accelerated");
  inThisProcess.made ??= makeAcceleratedExecutable(outfile).then(() => outfile);
  return inThisProcess.made;
}

/** What the machine's speed decides: the store and the lease wait for other processes and for the database. */
const timedByMachine = /[\\/]src[\\/](store|lease)[\\/].*\.ts$/;
const ofMachine = "const { performance, setTimeout, pause } = globalThis.machineTime;";
const pauseOfProgram = /^import \{ (?:setTimeout as )?pause \} from .*$/m;

const realTimeInStore: Bun.BunPlugin = {
  name: "real-time-in-store",
  setup: ({ onLoad }) =>
    void onLoad({ filter: timedByMachine }, async ({ path }) => ({
      contents: `${ofMachine}\n${(await Bun.file(path).text()).replace(pauseOfProgram, "")}`,
      loader: "ts",
    })),
};

/** What Argon2 is asked for, and the least that it can be asked for: a week opens its vault some hundred times. */
const slowPassword = "memory, passes, parallelism, tagLength";
const quickPassword = "memory: 8 * parallelism, passes: 1, parallelism, tagLength";

const quickPasswords: Bun.BunPlugin = {
  name: "quick-passwords",
  setup: ({ onLoad }) =>
    void onLoad({ filter: /[\\/]key-slots[\\/]password-slot\.ts$/ }, async ({ path }) => {
      const source = await Bun.file(path).text();
      if (!source.includes(slowPassword)) throw new Error(`${path} asks Argon2 in other words now.`);
      return { contents: source.replace(slowPassword, quickPassword), loader: "ts" };
    }),
};

/** A build without one of the {@link protections}, by its name. @throws Error when there is no such one, or it cannot be built */
export async function executableWithout(name: string): Promise<string> {
  const protection = protections[name];
  if (protection === undefined)
    throw new Error(`There is no protection ${name}; there are ${Object.keys(protections).join(", ")}.`);
  const files = protection.edits.map(({ file }) => join(root, file));
  const outfile = join(root, "dist", `tatum-kms-without-${name}`);
  await makeAcceleratedExecutable(outfile, {
    name: "without-protection",
    setup: ({ onLoad }) =>
      void onLoad({ filter: /[\\/](src|chains)[\\/].*\.ts$/ }, async ({ path }) => {
        const source = await Bun.file(path).text();
        if (!files.includes(path)) return { contents: source, loader: "ts" };
        return { contents: withoutProtection(relative(root, path), source, protection), loader: "ts" };
      }),
  });
  return outfile;
}

/** @throws Error when it cannot be built */
async function makeAcceleratedExecutable(outfile: string, ...more: Bun.BunPlugin[]): Promise<void> {
  mkdirSync(dirname(outfile), { recursive: true });
  // Another process that runs tests may make it at the same time.
  const own = `${outfile}-${process.pid}`;
  const result = await Bun.build({
    entrypoints: [join(import.meta.dir, "main.ts")],
    target: "bun",
    format: "esm",
    minify: true,
    bytecode: true,
    splitting: true,
    plugins: [pkcs11Binding, realTimeInStore, quickPasswords, ...more],
    compile: { outfile: own, autoloadDotenv: false, autoloadBunfig: false },
  });
  if (!result.success) throw new Error(`The test build could not be made: ${result.logs.join("\n")}`);
  renameSync(own, outfile);
}

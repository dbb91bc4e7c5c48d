/** The program as a test build, whose clock runs fast. It is made here and nowhere else: no release has an option for it. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pkcs11Binding } from "../../../../scripts/pkcs11-binding.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** The test build that `KMS_TEST_WEEKS_EXECUTABLE` names, else one that is made of the sources of this moment. */
export async function acceleratedExecutable(): Promise<string> {
  const made = process.env["KMS_TEST_WEEKS_EXECUTABLE"];
  if (made !== undefined) return made;
  const outfile = join(root, "dist", "tatum-kms-accelerated");
  await makeAcceleratedExecutable(outfile);
  return outfile;
}

/** The store waits for other processes, whose speed is the machine's. */
const realTimeInStore: Bun.BunPlugin = {
  name: "real-time-in-store",
  setup: ({ onLoad }) =>
    void onLoad({ filter: /[\\/]src[\\/]store[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: `const performance = globalThis.realPerformance;\n${await Bun.file(path).text()}`,
      loader: "ts",
    })),
};

/** @throws Error when it cannot be built */
async function makeAcceleratedExecutable(outfile: string): Promise<void> {
  mkdirSync(dirname(outfile), { recursive: true });
  const result = await Bun.build({
    entrypoints: [join(import.meta.dir, "main.ts")],
    target: "bun",
    format: "esm",
    minify: true,
    bytecode: true,
    splitting: true,
    plugins: [pkcs11Binding, realTimeInStore],
    compile: { outfile, autoloadDotenv: false, autoloadBunfig: false },
  });
  if (!result.success) throw new Error(`The test build could not be made: ${result.logs.join("\n")}`);
}

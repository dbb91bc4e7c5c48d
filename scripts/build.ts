/**
 * The build of the executable: `bun run build [--outfile=FILE] [--target=bun-linux-arm64]`. It holds Bun, the program as
 * bytecode and every library. It has no native code beside Bun's, so that one for another platform is made here as well,
 * PKCS#11 included.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { pkcs11Binding } from "./pkcs11-binding.ts";
import { removeRuntimeVariables } from "./runtime-variables.ts";

const { values } = parseArgs({
  options: {
    outfile: { type: "string", default: "dist/tatum-kms" },
    target: { type: "string" },
  },
});

// Bun gives programs for Windows this ending, whatever the file is called.
const isForWindows = values.target?.includes("windows") === true;
const wanted = isForWindows && !values.outfile.endsWith(".exe") ? `${values.outfile}.exe` : values.outfile;

// Somebody may be running the old executable: the new one takes its place in one step.
mkdirSync(dirname(wanted), { recursive: true });
const folder = mkdtempSync(join(dirname(wanted), ".build-"));
try {
  const outfile = join(folder, basename(wanted));
  const result = await Bun.build({
    entrypoints: ["src/main.ts"],
    target: "bun",
    format: "esm",
    minify: true,
    bytecode: true,
    // Chunks: starting loads only the code that is used.
    splitting: true,
    plugins: [pkcs11Binding],
    compile: {
      outfile,
      // What lies in the folder that it is started in could make it run foreign code.
      autoloadDotenv: false,
      autoloadBunfig: false,
      ...(values.target === undefined ? {} : { target: values.target as Bun.Build.CompileTarget }),
    },
  });
  for (const log of result.logs) console.error(String(log));
  if (!result.success) throw new Error("The executable could not be built.");
  // Elsewhere the file is signed, or not known.
  if (values.target?.includes("linux") ?? process.platform === "linux") removeRuntimeVariables(outfile);
  renameSync(outfile, wanted);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`Made ${wanted}.`);

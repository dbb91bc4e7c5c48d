/**
 * Makes the executable: `bun run build [--outfile=FILE] [--target=bun-linux-arm64]`.
 *
 * The executable holds Bun, the program as bytecode and every library. It does not read `.env` or `bunfig.toml` from the
 * folder it is started in: those could make it run foreign code.
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    outfile: { type: "string", default: "dist/tatum-kms" },
    target: { type: "string" },
  },
});

// Somebody may be running the old executable: the new one takes its place in one step.
mkdirSync(dirname(values.outfile), { recursive: true });
const folder = mkdtempSync(join(dirname(values.outfile), ".build-"));
try {
  const outfile = join(folder, basename(values.outfile));
  const result = await Bun.build({
    entrypoints: ["src/main.ts"],
    target: "bun",
    format: "esm",
    minify: true,
    bytecode: true,
    // Chunks: starting loads only the code that is used.
    splitting: true,
    compile: {
      outfile,
      autoloadDotenv: false,
      autoloadBunfig: false,
      ...(values.target === undefined ? {} : { target: values.target as Bun.Build.CompileTarget }),
    },
  });
  for (const log of result.logs) console.error(String(log));
  if (!result.success) throw new Error("The executable could not be built.");
  renameSync(outfile, values.outfile);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`Made ${values.outfile}.`);

/**
 * `bun run build [--outfile=FILE] [--target=linux-arm64] [--runtime=FILE]`: one executable, for this machine or another platform,
 * PKCS#11 included. `--runtime` takes a Bun that somebody made. `bun run release` makes those of all platforms.
 */
import { parseArgs } from "node:util";
import { makeExecutable, packagesOfExecutable } from "./release/executable.ts";
import { runtimeOf } from "./release/runtimes.ts";
import { hostTarget, targetNamed } from "./release/targets.ts";

const { values } = parseArgs({
  options: {
    outfile: { type: "string", default: "dist/tatum-kms" },
    target: { type: "string" },
    runtime: { type: "string" },
  },
});

const target = values.target === undefined ? hostTarget() : targetNamed(values.target);
const runtime = values.runtime ?? (values.target === undefined ? process.execPath : runtimeOf(target));
// Bun gives programs for Windows this ending, whatever the file is called.
const isUnnamed = target.os === "win32" && !values.outfile.endsWith(".exe");
const outfile = isUnnamed ? `${values.outfile}.exe` : values.outfile;
await makeExecutable({ target, outfile, runtime, packages: await packagesOfExecutable() });
console.log(`Made ${outfile}.`);

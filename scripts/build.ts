/**
 * Makes the executable: `bun run build [--outfile=FILE] [--target=bun-linux-arm64] [--without-pkcs11]`.
 *
 * The executable holds Bun, the program as bytecode and every library. It does not read `.env` or `bunfig.toml` from the
 * folder it is started in: those could make it run foreign code.
 *
 * PKCS#11 is native code that was compiled for this machine. An executable for another platform has none: its PKCS#11
 * commands say so, and everything else works.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    outfile: { type: "string", default: "dist/tatum-kms" },
    target: { type: "string" },
    "without-pkcs11": { type: "boolean", default: false },
  },
});

const addon = "node_modules/pkcs11js/build/Release/pkcs11.node";
const withPkcs11 = !values["without-pkcs11"] && values.target === undefined && existsSync(addon);

/** Puts an error in the place of the native code, for whoever loads it. */
const withoutPkcs11: Bun.BunPlugin = {
  name: "without-pkcs11",
  setup(build) {
    build.onResolve({ filter: /\/pkcs11\.node$/ }, () => ({ path: "pkcs11", namespace: "absent" }));
    build.onLoad({ filter: /.*/, namespace: "absent" }, () => ({
      contents: 'throw new Error("This executable has no PKCS#11.");',
      loader: "js",
    }));
  },
};

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
    plugins: withPkcs11 ? [] : [withoutPkcs11],
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
console.log(`Made ${values.outfile}${withPkcs11 ? "" : ", without PKCS#11"}.`);

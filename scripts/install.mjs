/**
 * Installs what the lock file names, unless it is there already (`npm install` and not `npm ci`, which refuses a lock file
 * that lacks packages of other platforms). Plain JavaScript for Node, because Bun itself is among
 * what it installs: `node scripts/install.mjs`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installed = join(root, "node_modules", ".package-lock.json");
const wanted = join(root, "package-lock.json");

const addon = join(root, "node_modules", "pkcs11js", "build", "Release", "pkcs11.node");

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error !== undefined || status !== 0) {
    console.error(`${command} ${args.join(" ")} failed.`);
    process.exit(status ?? 1);
  }
}

function bunRuns() {
  const bun = join(root, "node_modules", ".bin", "bun");
  return spawnSync(bun, ["--version"], { stdio: "ignore" }).status === 0;
}

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(wanted).mtimeMs)
  run("npm", ["install", "--no-save", "--loglevel=error"]);
// Where npm was told not to run install scripts, Bun's own one has to be called.
if (!bunRuns()) run(process.execPath, [join("node_modules", "bun", "install.js")]);
// The native code of PKCS#11. Without a compiler the program is complete but for that.
if (!existsSync(addon)) {
  spawnSync("npm", ["rebuild", "pkcs11js", "--ignore-scripts=false"], { cwd: root, stdio: "inherit" });
  if (!existsSync(addon))
    console.error("PKCS#11 could not be compiled (it needs python3, make and g++); going on without.");
}

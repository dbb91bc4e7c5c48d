/**
 * Installs what the lock file names, unless it is there already (`npm install` and not `npm ci`, which refuses a lock file
 * that lacks packages of other platforms). No package runs anything of its own while it is installed: what of that is
 * needed, which is Bun's, is done here. Plain JavaScript for Node, because Bun itself is among what it installs:
 * `node scripts/install.mjs`.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const installed = join(root, "node_modules", ".package-lock.json");
const wanted = join(root, "package-lock.json");

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error === undefined && status === 0) return;
  const why = error === undefined ? `status ${status}` : error.message;
  console.error(`${command} ${args.join(" ")} failed: ${why}.`);
  process.exit(status || 1);
}

/** Whether npm can keep what it downloads where it does by default: in a home that may be nowhere. */
function hasCache() {
  let folder = process.env.npm_config_cache ?? join(process.env.HOME ?? "/nonexistent", ".npm");
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

const packagesOf = (lockFile) => JSON.parse(readFileSync(lockFile, "utf8")).packages ?? {};

function isForThisMachine({ os, cpu, libc }) {
  const ownLibc = process.report?.getReport().header.glibcVersionRuntime === undefined ? "musl" : "glibc";
  const isLibc = libc === undefined || libc.includes(ownLibc);
  return isLibc && os?.includes(process.platform) === true && cpu?.includes(process.arch) === true;
}

/** The folders of programs and libraries that npm leaves out where they want a newer Node, though none of them runs in Node. */
function leftOut() {
  const entries = Object.entries(packagesOf(wanted)).filter(
    ([folder, entry]) => entry.optional && entry.engines?.node && !existsSync(join(root, folder)),
  );
  return entries.filter(([, entry]) => isForThisMachine(entry)).map(([folder]) => folder);
}

/** A package that is asked for by its name is not held against the lock file by npm. */
function checkDigests(folders) {
  for (const folder of folders) {
    if (packagesOf(installed)[folder]?.integrity === packagesOf(wanted)[folder].integrity) continue;
    rmSync(join(root, folder), { recursive: true, force: true });
    rmSync(installed);
    console.error(`${folder} is not what package-lock.json names.`);
    process.exit(1);
  }
}

function installPackages() {
  const passing = hasCache() ? undefined : mkdtempSync(join(tmpdir(), "npm-cache-"));
  const own = passing === undefined ? [] : [`--cache=${passing}`];
  const install = ["install", "--ignore-scripts", "--no-save", "--loglevel=error", ...own];
  run("npm", install);
  const folders = leftOut();
  const names = folders.map(
    (folder) => `${folder.replace("node_modules/", "")}@${packagesOf(wanted)[folder].version}`,
  );
  if (names.length > 0) run("npm", [...install, ...names]);
  checkDigests(folders);
  if (passing !== undefined) rmSync(passing, { recursive: true, force: true });
}

function bunRuns() {
  const bun = join(root, "node_modules", ".bin", "bun");
  return spawnSync(bun, ["--version"], { stdio: "ignore" }).status === 0;
}

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(wanted).mtimeMs) installPackages();
// Puts the program for this processor in its place.
if (!bunRuns()) run(process.execPath, [join("node_modules", "bun", "install.js")]);
if (!bunRuns()) {
  console.error("Bun (node_modules/.bin/bun) does not run on this machine.");
  process.exit(1);
}

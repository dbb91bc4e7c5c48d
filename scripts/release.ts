/**
 * `bun run release [--target=linux-x64 ...] [--outdir=dist/release]`: everything that is published, for all platforms or those
 * named: executables, archives, npm packages, notices, bills of materials, and SHA256SUMS over all of it. The same commit gives
 * the same bytes: scripts/verify-release. It is signed with scripts/sign-release.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeCommands } from "../src/cli/manual/describe-commands.ts";
import { program } from "../src/cli/program.ts";
import { version } from "../src/version.ts";
import { type ArchivedFile, documentsBelow, tarGz } from "./release/archive.ts";
import { buildFactsFor, commitTime, makeExecutable, packagesOfExecutable } from "./release/executable.ts";
import { readLockFile } from "./release/lock-file.ts";
import { shellDocuments } from "./release/man-pages.ts";
import { noticesOf } from "./release/notices.ts";
import {
  type PackageContents,
  platformPackage,
  type ReleaseFile,
  wrapperPackage,
} from "./release/npm-packages.ts";
import { runtimeOf } from "./release/runtimes.ts";
import { cycloneDx, spdx } from "./release/sbom.ts";
import { programName, type Target, targetNamed, targets } from "./release/targets.ts";

const { values } = parseArgs({
  options: {
    target: { type: "string", multiple: true },
    outdir: { type: "string", default: "dist/release" },
  },
});
const chosen = values.target?.map(targetNamed) ?? targets;
const { outdir } = values;
const time = commitTime();
const packages = await packagesOfExecutable();
const notices = noticesOf(packages);

const licenses: ArchivedFile[] = [
  { path: "LICENSE", content: readFileSync("LICENSE") },
  { path: "THIRD-PARTY-NOTICES.txt", content: notices },
];
const forShells = shellDocuments(await describeCommands(program), time);
const contents: PackageContents = { version, time, documents: licenses };
const published: string[] = [];

function publish({ name, content }: ReleaseFile): void {
  writeFileSync(join(outdir, name), content);
  published.push(name);
}

/** The folder that an archive unpacks to. */
function archiveFiles(target: Target, executable: Uint8Array): ArchivedFile[] {
  return [
    { path: programName(target), content: executable, isExecutable: true },
    ...licenses,
    ...documentsBelow("."),
    ...forShells,
  ];
}

async function publishTarget(target: Target): Promise<void> {
  const name = `tatum-kms-${version}-${target.name}`;
  const file = `${name}${target.os === "win32" ? ".exe" : ""}`;
  await makeExecutable({ target, outfile: join(outdir, file), runtime: runtimeOf(target), packages });
  chmodSync(join(outdir, file), 0o755);
  published.push(file);
  const executable = readFileSync(join(outdir, file));
  const files = archiveFiles(target, executable).map((one) => ({ ...one, path: `${name}/${one.path}` }));
  publish({ name: `${name}.tar.gz`, content: tarGz(files, time) });
  publish(platformPackage(target, executable, contents));
  console.log(`Made ${name}.`);
}

function checksumsOf(names: readonly string[]): string {
  const lines = [...names].sort().map((name) => {
    const digest = new Bun.CryptoHasher("sha256").update(readFileSync(join(outdir, name))).digest("hex");
    return `${digest}  ${name}\n`;
  });
  return lines.join("");
}

/** An older release makes room for this one; a folder of anything else is left alone. */
function emptyOutdir(): void {
  mkdirSync(outdir, { recursive: true });
  const names = readdirSync(outdir);
  if (names.length > 0 && !names.includes("SHA256SUMS")) throw new Error(`${outdir} holds something else.`);
  for (const name of names) rmSync(join(outdir, name), { recursive: true });
}

emptyOutdir();
for (const target of chosen) await publishTarget(target);

const facts = buildFactsFor("all");
const materials = { version, facts, time, packages, locked: readLockFile().packages };
publish(wrapperPackage(contents));
publish({ name: `tatum-kms-${version}.cdx.json`, content: cycloneDx(materials) });
publish({ name: `tatum-kms-${version}.spdx.json`, content: spdx(materials) });
publish({ name: `tatum-kms-${version}-third-party-notices.txt`, content: notices });
writeFileSync(join(outdir, "SHA256SUMS"), checksumsOf(published));
console.log(`Made ${published.length} files and ${join(outdir, "SHA256SUMS")}, of ${facts.commit}.`);

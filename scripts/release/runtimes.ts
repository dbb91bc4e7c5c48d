/** Bun for each platform, which the executables are made of: from npm, by the digests that package-lock.json holds. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { readLockFile } from "./lock-file.ts";
import type { Target } from "./targets.ts";

const CACHE = join("node_modules", ".cache", "tatum-kms-runtimes");

function run(command: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync([...command], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  if (exitCode !== 0) throw new Error(`${command.join(" ")} failed: ${stderr.toString().trim()}`);
}

function integrityOf({ runtime }: Target): string {
  const wanted = readLockFile().packages[`node_modules/${runtime}`]?.integrity;
  if (wanted === undefined) throw new Error(`package-lock.json holds no digest of ${runtime}.`);
  return wanted;
}

/**
 * The file of Bun for a platform, downloaded when it is not there yet.
 * @throws Error when it cannot be had, or is not the one with the known digest
 */
export function runtimeOf(target: Target): string {
  const integrity = integrityOf(target);
  // A new version has another digest, and so another folder.
  const place = join(CACHE, Buffer.from(integrity).toString("base64url").slice(-32));
  const file = join(place, "package", "bin", target.os === "win32" ? "bun.exe" : "bun");
  // A download takes its place in one step: what is there is whole.
  if (!existsSync(file)) download(target, integrity, place);
  return file;
}

function download({ runtime }: Target, integrity: string, place: string): void {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "download-"));
  try {
    run([
      "npm",
      "pack",
      "--silent",
      "--prefer-offline",
      "--pack-destination",
      folder,
      `${runtime}@${Bun.version}`,
    ]);
    const [name] = readdirSync(folder);
    if (name === undefined) throw new Error(`npm gave nothing for ${runtime}.`);
    const packed = join(folder, name);
    const found = `sha512-${new Bun.CryptoHasher("sha512").update(readFileSync(packed)).digest("base64")}`;
    if (found !== integrity) throw new Error(`${runtime} has the digest ${found} instead of ${integrity}.`);
    run(["tar", "-xzf", packed, "-C", folder]);
    rmSync(packed);
    // Nothing in it is secret, and whoever builds may be somebody else.
    chmodSync(folder, 0o755);
    rmSync(place, { recursive: true, force: true });
    renameSync(folder, place);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

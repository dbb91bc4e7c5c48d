/** The platforms that a release has executables for. */
import { closeSync, openSync, readSync } from "node:fs";

/** One platform, in the words of Bun, of npm and of a file name. */
export interface Target {
  /** In names of files and packages. */
  readonly name: string;
  /** As `Bun.build` takes it. */
  readonly bun: Bun.Build.CompileTarget;
  /** The npm package that holds Bun for it. */
  readonly runtime: string;
  /** `os`, `cpu` and `libc` of package.json: where npm installs its package. */
  readonly os: "linux" | "darwin" | "win32";
  readonly cpu: "x64" | "arm64";
  readonly libc?: "glibc" | "musl";
}

/** Bun for linux-x64 runs on processors without AVX2 too: since 1.4 what it calls x64-baseline is the same file. */
export const targets: readonly Target[] = [
  {
    name: "linux-x64",
    bun: "bun-linux-x64",
    runtime: "@oven/bun-linux-x64",
    os: "linux",
    cpu: "x64",
    libc: "glibc",
  },
  {
    name: "linux-x64-musl",
    bun: "bun-linux-x64-musl",
    runtime: "@oven/bun-linux-x64-musl",
    os: "linux",
    cpu: "x64",
    libc: "musl",
  },
  {
    name: "linux-arm64",
    bun: "bun-linux-arm64",
    runtime: "@oven/bun-linux-aarch64",
    os: "linux",
    cpu: "arm64",
    libc: "glibc",
  },
  {
    name: "linux-arm64-musl",
    bun: "bun-linux-arm64-musl",
    runtime: "@oven/bun-linux-aarch64-musl",
    os: "linux",
    cpu: "arm64",
    libc: "musl",
  },
  { name: "darwin-x64", bun: "bun-darwin-x64", runtime: "@oven/bun-darwin-x64", os: "darwin", cpu: "x64" },
  {
    name: "darwin-arm64",
    bun: "bun-darwin-arm64",
    runtime: "@oven/bun-darwin-aarch64",
    os: "darwin",
    cpu: "arm64",
  },
  { name: "windows-x64", bun: "bun-windows-x64", runtime: "@oven/bun-windows-x64", os: "win32", cpu: "x64" },
];

/** Bytes from the beginning of an executable within which it names its dynamic linker (ELF's PT_INTERP). */
const LINKER_NAME_WITHIN = 4096;

function runsOnMusl(): boolean {
  const start = Buffer.alloc(LINKER_NAME_WITHIN);
  const file = openSync(process.execPath, "r");
  readSync(file, start);
  closeSync(file);
  return start.includes("/ld-musl-");
}

/** The platform that this runs on. */
export function hostTarget(): Target {
  const libc = process.platform === "linux" && runsOnMusl() ? "-musl" : "";
  return targetNamed(`${process.platform}-${process.arch}${libc}`.replace("win32", "windows"));
}

/**
 * The platform of this name.
 * @throws Error when there is none
 */
export function targetNamed(name: string): Target {
  const found = targets.find((target) => target.name === name || target.bun === name);
  if (found !== undefined) return found;
  throw new Error(
    `There is no target ${name}; there are ${targets.map((target) => target.name).join(", ")}.`,
  );
}

/** The executable's own name: Windows wants an ending. */
export function programName({ os }: Target): string {
  return os === "win32" ? "tatum-kms.exe" : "tatum-kms";
}

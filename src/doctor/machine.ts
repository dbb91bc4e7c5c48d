/** The machine and the environment: what could read the memory of the program, or change what it does. */
import { CString, dlopen } from "bun:ffi";
import { readFileSync } from "node:fs";
import { assertSafeEnvironment } from "../operations/environment-guard.ts";
import { homeDirectory } from "../settings/home.ts";
import { examine, type Finding, findings } from "./finding.ts";

type Environment = Readonly<Record<string, string | undefined>>;

function variables(environment: Environment): Finding {
  assertSafeEnvironment(environment);
  return findings("environment").ok("No variable is set that makes the program run other code.");
}

function home(): Finding {
  const { ok, warning } = findings("home");
  const found = homeDirectory();
  return found === undefined
    ? warning("The home directory is not known.", "Set HOME, or give --path with every command.")
    : ok(`The home directory is ${found}.`);
}

/** @param table of `/proc/swaps` */
export function judgeSwap(table: string): Finding {
  const { ok, warning } = findings("swap");
  const areas = table.trim().split("\n").slice(1);
  // Compressed memory is not a disk.
  const onDisk = areas.filter((area) => !area.startsWith("/dev/zram"));
  if (onDisk.length === 0) return ok("No memory is written to a disk as swap.");
  const names = onDisk.map((area) => area.split(/\s/, 1)[0]).join(", ");
  return warning(
    `Memory, keys included, may be written to ${names}.`,
    "Encrypt the swap, or turn it off: swapoff -a",
  );
}

/** @param limits of `/proc/self/limits` */
export function judgeCoreLimit(limits: string): Finding {
  const { ok, warning } = findings("core-files");
  const limit = /^Max core file size\s+(\S+)/m.exec(limits)?.[1];
  return limit === "0"
    ? ok("No core file of the program is written.")
    : warning(`A core file of up to ${limit ?? "?"} bytes may hold keys.`, "Start it with: ulimit -c 0");
}

function library(): Finding {
  const { ok } = findings("libc");
  try {
    const { symbols } = dlopen("libc.so.6", { gnu_get_libc_version: { args: [], returns: "ptr" } });
    const version = symbols.gnu_get_libc_version();
    return ok(`The C library is glibc ${version === null ? "?" : new CString(version)}.`);
  } catch {
    return ok("The C library is not glibc.");
  }
}

export async function machineFindings(environment: Environment): Promise<Finding[]> {
  const looks = [examine("environment", () => variables(environment)), examine("home", home)];
  if (process.platform === "linux") {
    looks.push(
      examine("swap", () => judgeSwap(readFileSync("/proc/swaps", "utf8"))),
      examine("core-files", () => judgeCoreLimit(readFileSync("/proc/self/limits", "utf8"))),
      examine("libc", library),
    );
  }
  return (await Promise.all(looks)).flat();
}

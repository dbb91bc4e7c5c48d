import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import {
  exposure,
  FileRefused,
  type FileUse,
  openTrustedFile,
  readTrustedFile,
} from "../../../providers/support/trusted-file.ts";
import { asUser, isRoot, SOMEBODY, US } from "../../as-user.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";

/** Root alone gives a file to somebody else, and reads it as that user; the suite runs as root, and counts what is skipped. */
const testAsRoot = test.skipIf(!isRoot);

const path = useTemporaryFolder();
const source = "The file";
const maximumBytes = 1024;

/** A file with this mode; the umask does not count. */
function file(mode = 0o600, content: string | Uint8Array = "content"): string {
  // The one before may be one that nobody can write to.
  rmSync(path("file"), { force: true });
  writeFileSync(path("file"), content);
  chmodSync(path("file"), mode);
  return path("file");
}

function fifo(): string {
  Bun.spawnSync(["mkfifo", "-m", "600", path("pipe")]);
  return path("pipe");
}

function read(place: string, use: Partial<FileUse & { timeLimit: number }> = {}): string {
  return new TextDecoder().decode(readTrustedFile(place, { source, maximumBytes, ...use }).bytes);
}

function refusal(work: () => unknown): FileRefused {
  try {
    work();
  } catch (error) {
    if (error instanceof FileRefused) return error;
    throw error;
  }
  throw new Error("It was read.");
}

describe("a file of secrets", () => {
  test("is read whole, also through a link", () => {
    symlinkSync(file(0o400), path("link"));
    expect(read(path("link"))).toBe("content");
    expect(read(file(0o600, "x".repeat(1024)))).toHaveLength(1024);
    expect(read(file(0o600, ""))).toBe("");
  });

  test.each([
    [0o620, "its group"],
    [0o660, "its group"],
    [0o602, "every user"],
    [0o666, "every user"],
    [0o777, "every user"],
  ])("that others can write is refused: mode %o", (mode, writer) => {
    const place = file(mode);
    expect(refusal(() => read(place))).toMatchObject({
      reason: "untrusted",
      message: `The file can be written by ${writer} (mode 0${mode.toString(8)}), so somebody else could have put it there.`,
      hint: expect.stringContaining(`Make its mode 0400 or 0600, as by: chmod 600 ${place}`),
    });
  });

  testAsRoot("of somebody else is refused, also for root, but where that user is trusted", () => {
    const place = file(0o644);
    chmodSync(path(), 0o755);
    chownSync(place, SOMEBODY, 0);
    expect(refusal(() => read(place)).hint).toContain(`TATUM_KMS_TRUSTED_OWNER=${SOMEBODY}`);
    expect(asUser(US, () => refusal(() => read(place)))).toMatchObject({
      reason: "untrusted",
      message: `The file belongs to user ${SOMEBODY}, and not to root or to the user who runs this program (${US}).`,
      hint: expect.stringContaining(`Run: chown ${US} ${place}`),
    });
    process.env["TATUM_KMS_TRUSTED_OWNER"] = String(SOMEBODY);
    expect(read(place)).toBe("content");
    delete process.env["TATUM_KMS_TRUSTED_OWNER"];
  });

  testAsRoot("of root is read by every user", () => {
    const place = file(0o644);
    chmodSync(path(), 0o755);
    expect(asUser(US, () => read(place))).toBe("content");
  });

  test("in a folder that others can write is refused", () => {
    mkdirSync(path("folder"));
    writeFileSync(path("folder", "file"), "content");
    chmodSync(path("folder"), 0o777);
    expect(refusal(() => read(path("folder", "file")))).toMatchObject({
      reason: "untrusted",
      message: `The file cannot be trusted: everybody can replace files in the folder ${path("folder")}.`,
    });
  });

  test("that is too large is refused before it is read, be it of 3 GiB", () => {
    const place = file();
    truncateSync(place, 3 * 1024 ** 3);
    const before = process.memoryUsage.rss();
    expect(refusal(() => read(place))).toMatchObject({
      reason: "size",
      message: "The file is larger than 1 KiB.",
    });
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 ** 2);
  });

  test("of the system that does not tell its size is bounded all the same", () => {
    expect(refusal(() => read("/proc/self/smaps")).reason).toBe("size");
  });

  test.each([
    ["a folder", "/", "kind"],
    ["a device", "/dev/zero", "kind"],
    ["nothing", "/none", "missing"],
  ] as const)("that is %s is refused", (_what, place, reason) => {
    expect(refusal(() => read(place)).reason).toBe(reason);
  });
});

describe("a pipe with secrets", () => {
  test("is read to its end", async () => {
    const writer = Bun.spawn(["sh", "-c", 'exec >"$1"; printf con; sleep 0.2; printf tent', "sh", fifo()]);
    expect(read(path("pipe"))).toBe("content");
    await writer.exited;
  });

  test("into which nobody writes is left when time is up", () => {
    expect(refusal(() => read(fifo(), { timeLimit: 100 }))).toMatchObject({
      reason: "time",
      message: "The file gave nothing within 0.1 seconds.",
    });
  });

  test("that does not end is left when there is too much", async () => {
    const writer = Bun.spawn(["sh", "-c", 'exec yes >"$1"', "sh", fifo()]);
    expect(refusal(() => read(path("pipe"))).reason).toBe("size");
    writer.kill();
    await writer.exited;
  });

  test("is refused where nobody named the file, at once", () => {
    const started = performance.now();
    expect(refusal(() => read(fifo(), { regularOnly: true })).reason).toBe("kind");
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test("may be a descriptor, as <(command) of a shell", () => {
    const reading =
      'const { readTrustedFile } = await import(process.argv[1]); process.stdout.write(readTrustedFile(process.argv[2], { source: "x", maximumBytes: 99 }).bytes)';
    const module = new URL("../../../providers/support/trusted-file.ts", import.meta.url).pathname;
    const done = Bun.spawnSync([
      "bash",
      "-c",
      '"$0" -e "$1" "$2" <(printf content)',
      process.execPath,
      reading,
      module,
    ]);
    expect(done.stdout.toString()).toBe("content");
  });
});

describe("who else can read a secret is told", () => {
  const told = (place: string): string | undefined => {
    const { descriptor, status } = openTrustedFile(place, { source });
    closeSync(descriptor);
    return exposure(source, place, status);
  };

  test.each([0o600, 0o400, 0o700])("not at all for mode %o", (mode) => {
    expect(told(file(mode))).toBeUndefined();
  });

  test.each([0o644, 0o640, 0o604, 0o444])("with the mode and the remedy: %o", (mode) => {
    expect(told(file(mode))).toBe(
      `The file holds a secret, and other users can read it (mode 0${mode.toString(8)}): chmod 600 ${path("file")}`,
    );
  });

  testAsRoot("but not that we can read it through its group, when root gave it to us", () => {
    const place = file(0o640);
    chmodSync(path(), 0o755);
    const asMember = () => told(place);
    expect(asUser(US, asMember)).toBeUndefined();
    chmodSync(place, 0o644);
    expect(asUser(US, asMember)).toContain("mode 0644");
  });

  test("of no pipe", () => {
    chmodSync(fifo(), 0o644);
    expect(told(path("pipe"))).toBeUndefined();
  });
});

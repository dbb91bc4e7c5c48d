/** What a process for code that is not ours does about itself. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const main = join(import.meta.dir, "../../../src/main.ts");

/** Starts the process, and waits until it is at work: it answers, with an error, to what makes no sense. */
async function started(word: string): Promise<Bun.Subprocess> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const child = Bun.spawn([process.execPath, main, word], {
    stdio: ["ignore", "ignore", "ignore"],
    env: {},
    serialization: "json",
    ipc: resolve,
  });
  child.send({ nonsense: true });
  expect(await promise).toMatchObject({ number: 0, failure: {} });
  return child;
}

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

async function ended(pid: number): Promise<void> {
  for (let tries = 0; isAlive(pid); tries++) {
    expect(tries).toBeLessThan(1000);
    await Bun.sleep(10);
  }
}

describe.each(["pkcs11-process", "aws-process"])("%s", (word) => {
  test("it leaves signals to its parent, and keeps its memory out of core dumps", async () => {
    const child = await started(word);
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) child.kill(name);
    await Bun.sleep(200);
    expect(isAlive(child.pid)).toBe(true);
    expect(readFileSync(`/proc/${child.pid}/coredump_filter`, "utf8").trim()).toBe("00000000");
    child.kill("SIGKILL");
    await child.exited;
  });

  test("it ends when its parent closes the channel", async () => {
    const child = await started(word);
    child.disconnect();
    await child.exited;
    expect(child.exitCode).toBe(0);
  });

  test("it ends with its parent, also when it is stopped and sees nothing", async () => {
    const program = `
      const child = Bun.spawn([process.execPath, ${JSON.stringify(main)}, ${JSON.stringify(word)}], {
        stdio: ["ignore", "ignore", "ignore"],
        serialization: "json",
        ipc() {
          process.kill(child.pid, "SIGSTOP");
          console.log(child.pid);
        },
      });
      child.send({ nonsense: true });
    `;
    const parent = Bun.spawn([process.execPath, "-e", program], { env: {}, stdout: "pipe" });
    const { value } = await parent.stdout.getReader().read();
    const pid = Number(new TextDecoder().decode(value));
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await ended(pid);
  });

  test("it does nothing for a person who starts it", () => {
    const run = Bun.spawnSync([process.execPath, main, word], {
      env: {},
      stdout: "pipe",
      stderr: "pipe",
      timeout: 30_000,
    });
    expect([run.stdout.toString(), run.stderr.toString(), run.signalCode ?? null]).toEqual(["", "", null]);
  });
});

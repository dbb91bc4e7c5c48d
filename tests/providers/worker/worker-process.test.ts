/** The faults of a process for code that is not ours, which is here a script that misbehaves. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { WorkerError, WorkerProcess, WorkerRefusal } from "../../../providers/worker/worker-process.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

/** Asks a process that runs the script for every message it gets. */
async function asked(onMessage: string, timeLimit = 30_000): Promise<unknown> {
  const script = `process.on("message", (message) => { ${onMessage} })`;
  const worker = new WorkerProcess({ command: [process.execPath, "-e", script], environment: {}, timeLimit });
  try {
    return await worker.ask({ question: "kanarienvogel" });
  } finally {
    worker.end();
  }
}

const faultOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(WorkerError);
  return (error as WorkerError).fault;
};

test("its answer is that of the question's number", async () => {
  expect(await asked("process.send({ number: message.number, result: message.request })")).toEqual({
    question: "kanarienvogel",
  });
});

test("an error of the code in it is told apart from its faults", async () => {
  const failure = { code: "SOME_CODE", message: "It failed.", hint: "Do this." };
  const answer = asked(`process.send({ number: message.number, failure: ${JSON.stringify(failure)} })`);
  const error = await answer.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WorkerRefusal);
  expect(error).toMatchObject({ failure });
});

test("it is ended when it is silent for too long", async () => {
  const before = Date.now();
  expect(await faultOf(asked("for (;;);", 300))).toBe("silent");
  expect(Date.now() - before).toBeLessThan(20_000);
});

test.each([
  ["ends", "process.exit(3)", "3"],
  ["is killed", 'process.kill(process.pid, "SIGKILL")', "SIGKILL"],
])("a process that %s says how", async (_, script, how) => {
  const error = await asked(script).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ fault: "gone", message: how });
});

test.each([
  ["no object", '"yes"'],
  ["another question's number", "{ number: message.number + 1, result: 1 }"],
  ["more than an answer", "{ number: message.number, result: 1, more: 1 }"],
  ["a failure without a code", '{ number: message.number, failure: { message: "x" } }'],
  [
    "a failure of endless text",
    '{ number: message.number, failure: { code: "X", message: "x".repeat(1e6) } }',
  ],
])("an answer that is %s is nonsense", async (_, answer) => {
  expect(await faultOf(asked(`process.send(${answer})`))).toBe("nonsense");
});

test("one that cannot be started says why", () => {
  const start = (): WorkerProcess =>
    new WorkerProcess({ command: ["/nowhere/to/be/found"], environment: {}, timeLimit: 1000 });
  expect(start).toThrow(WorkerError);
  expect(start).toThrow(/ENOENT/);
});

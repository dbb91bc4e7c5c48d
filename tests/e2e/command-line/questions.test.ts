/** The question before what reveals, destroys or weakens: asked at a terminal, answered by a person or beforehand. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Secret } from "../../../providers/secret.ts";
import { Journal } from "../../../src/journal/journal.ts";
import { jobKeyOf } from "../../../src/journal/records.ts";
import { preparePasswordSlot } from "../../../src/vault/key-slots/password-slot.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { createVaultAt } from "../../src/vault/vault-at.ts";
import { executable, Installation } from "../executable.ts";
import { failureOf } from "./failure.ts";
import { TerminalRun } from "./terminal.ts";

// Each run that opens a vault derives a key, which takes long on a busy machine.
setDefaultTimeout(60_000);

const CTRL_D = "\u0004";
const BACKSPACE = "\u007f";
const QUESTION = "Go on? (yes or no): ";
const wallets = ["first", "second", "third", "fourth", "fifth"] as const;
const damagedJobs = ["damaged-1", "damaged-2", "damaged-3"] as const;
const privateKey = `0x${"5e".repeat(32)}`;
const original = join(import.meta.dir, "../../vectors/legacy-wallet-dat/one-char-password.dat");

const installation = new Installation();
const { home, vaultPath } = installation;
const kept = `${vaultPath}.original`;
afterAll(() => installation.remove());

async function see(vault: Vault, id: string, hashes: readonly string[] = []): Promise<void> {
  const journal = new Journal(vault, { chain: "ETH", network: "mainnet" });
  const transaction = { id, chain: "ETH", serializedTransaction: "{}", hashes, signatures: [] };
  await journal.move(journal.begin(transaction, "ab".repeat(32)), "seen");
}

/** The wallets, those of the original file, three key slots more, and a job. */
beforeAll(async () => {
  mkdirSync(dirname(vaultPath), { mode: 0o700 });
  const vault = await createVaultAt(vaultPath, new Secret(installation.password));
  await vault.add(wallets.map((id) => [id, { privateKey, chain: "ETH", testnet: false }]));
  for (const password of ["second password", "third password", "fourth password"])
    await vault.addSlot(preparePasswordSlot(new Secret(password)));
  await see(vault, "job-1");
  for (const id of damagedJobs) await see(vault, id);
  await vault.store.transaction(async (session) => {
    const damage = "UPDATE job SET sealed = zeroblob(length(sealed)) WHERE job_key = $1";
    for (const id of damagedJobs) await session.execute(damage, [jobKeyOf(vault, id)]);
  });
  await see(vault, "job-2", ["fifth"]);
  await see(vault, "job-3", ["fifth", "fourth"]);
  await vault.close();
  const env = { TATUM_KMS_IMPORT_PASSWORD: "x" };
  expect(await installation.run(["import", original], { env })).toMatchObject({ status: 0 });
});

interface Question {
  /** The command, for the n-th time that it goes on. */
  readonly args: (turn: 0 | 1 | 2) => readonly string[];
  /** What is told before the question. */
  readonly about: string;
  /** What the command ends with when it goes on, and what it shows then. */
  readonly status?: number;
  readonly result: string;
  readonly prepare?: () => void;
  /** Whether what was asked about is still as it was. */
  readonly isUntouched?: () => Promise<boolean>;
}

const wallet = (turn: 0 | 1 | 2): string => wallets[turn];
const keepOriginal = (): void => copyFileSync(original, kept);
const has = async (command: readonly string[], text: string): Promise<boolean> =>
  (await installation.run(command)).stdout.includes(text);

const questions: Readonly<Record<string, Question>> = {
  export: {
    args: () => ["export"],
    about: "are going to be shown on this screen: whoever has them has the funds.",
    result: privateKey,
  },
  getmanagedwallet: {
    args: (turn) => ["getmanagedwallet", wallet(turn)],
    about: "The secrets of wallet first are going to be shown on this screen.",
    result: privateKey,
  },
  getprivatekey: {
    args: (turn) => ["getprivatekey", wallet(turn)],
    about: "A private key of wallet first is going to be shown on this screen.",
    result: privateKey,
  },
  removewallet: {
    args: (turn) => ["removewallet", wallet(turn)],
    about: "Wallet first is going to be removed. Until",
    result: "",
    isUntouched: () => has(["getmanagedwallet", "first"], privateKey),
  },
  "vault slot remove": {
    args: (turn) => ["vault", "slot", "remove", String(turn + 2)],
    about: "Key slot 2 (password) is going to be removed",
    result: "was removed",
    isUntouched: () => has(["vault", "slot", "list"], '"slotId": 2'),
  },
  // Nobody answers at the address of the API: that it is asked shows that the command went on.
  "job resolve": {
    args: () => ["job", "resolve", "job-1", "--as=failed"],
    about:
      "Transaction job-1 (ETH, seen) is going to be reported to the API as failed, and never signed or sent again.",
    status: 69,
    result: "NETWORK",
    isUntouched: () => has(["job", "show", "job-1"], '"state": "seen"'),
  },
  "job quarantine": {
    args: (turn) => ["job", "quarantine", damagedJobs[turn]],
    about: "is going to be set aside.",
    result: '"keptAs"',
    isUntouched: async () => (await installation.run(["vault", "verify"])).stderr.includes("does not open"),
  },
  "migrate --delete-original": {
    args: () => ["migrate", "--delete-original"],
    about: `${kept} is going to be deleted`,
    result: '"deleted"',
    prepare: keepOriginal,
    isUntouched: async () => existsSync(kept),
  },
};

const environment = {
  TATUM_KMS_PASSWORD: installation.password,
  TATUM_KMS_IMPORT_PASSWORD: "x",
  TATUM_API_URL: "http://127.0.0.1:1",
  TATUM_API_KEY: "test-api-key",
  TATUM_RETRIES: "0",
};

/** A run at a terminal, in which `answer` is typed when it asks. */
async function ask({ args, about, prepare }: Question, answer: string): Promise<TerminalRun> {
  prepare?.();
  const run = new TerminalRun(installation, args(0), { env: environment });
  await run.shows(about);
  await run.shows(QUESTION);
  run.type(answer);
  return run;
}

/** A run that asks nothing, since the answer was given beforehand. */
async function goesOn(question: Question, turn: 1 | 2, options: readonly string[], variable: object) {
  question.prepare?.();
  const env = { ...environment, ...variable };
  const run = new TerminalRun(installation, [...question.args(turn), ...options], { env });
  expect(await run.ended()).toBe(question.status ?? 0);
  expect(run.screen).toContain(question.result);
  expect(run.screen).not.toContain(QUESTION);
}

describe.each(Object.entries(questions))("%s", (_name, question) => {
  test.each([
    ["no", "no\r", 77, "NOT_CONFIRMED"],
    ["the end of input", CTRL_D, 78, "NO_ANSWER"],
  ])("does nothing after %s", async (_what, keys, status, code) => {
    const run = await ask(question, keys);
    expect(await run.ended()).toBe(status);
    expect(run.screen).toContain(`(${code})`);
    expect(run.screen).not.toContain(privateKey);
    if (question.isUntouched !== undefined) expect(await question.isUntouched()).toBe(true);
  });

  test("goes on after yes", async () => {
    const run = await ask(question, "yes\r");
    expect(await run.ended()).toBe(question.status ?? 0);
    expect(run.screen).toContain(`${QUESTION}yes`);
    expect(run.screen).toContain(question.result);
  });

  test("goes on without a question with --yes", () => goesOn(question, 1, ["--yes"], {}));

  test("goes on without a question with TATUM_KMS_YES=true", () =>
    goesOn(question, 2, [], { TATUM_KMS_YES: "true" }));
});

describe("the question", () => {
  const reveal: Question = {
    ...(questions["getprivatekey"] as Question),
    args: () => ["getprivatekey", "fourth"],
    about: "A private key",
  };

  test("shows what is typed, takes it back, and takes capitals", async () => {
    const run = await ask(reveal, "nY");
    await run.shows("nY");
    run.type(`${BACKSPACE}${BACKSPACE}YES\r`);
    expect(await run.ended()).toBe(0);
    expect(run.screen).toContain(privateKey);
  });

  test("is answered with no by Enter alone", async () => {
    const run = await ask(reveal, "\r");
    expect(await run.ended()).toBe(77);
    expect(run.screen).not.toContain(privateKey);
  });

  test("is asked again after what is neither, three times", async () => {
    const run = await ask(reveal, "perhaps\r");
    for (let again = 1; again < 3; again++) {
      await run.shows("Please answer yes or no.");
      await run.answer(QUESTION, "y e s");
    }
    expect(await run.ended()).toBe(77);
    expect(run.screen).not.toContain(privateKey);
  });

  test("is not answered by what was typed before it", async () => {
    const run = new TerminalRun(installation, reveal.args(0), { env: environment });
    run.type("yes\r");
    await run.shows("What was typed before this question was not used.");
    await run.answer(QUESTION, "no");
    expect(await run.ended()).toBe(77);
    expect(run.screen).not.toContain(privateKey);
  });

  test("is not put where output goes through a pipe", async () => {
    let screen = "";
    const child = Bun.spawn(["bash", "-c", `'${executable}' getprivatekey fourth | cat`], {
      cwd: home,
      env: { HOME: home, PATH: "/usr/bin:/bin", TERM: "xterm", ...environment },
      terminal: {
        data: (_terminal, bytes) => {
          screen += new TextDecoder().decode(bytes);
        },
      },
    });
    expect(await child.exited).toBe(0);
    await Bun.sleep(30);
    expect(screen).toContain(privateKey);
    expect(screen).not.toContain("Go on?");
  });
});

describe("removewallet", () => {
  const jobs = "Open jobs of this wallet: job-2 (seen), job-3 (seen).";

  test("names the open jobs of the wallet before it asks", async () => {
    const run = new TerminalRun(installation, ["removewallet", "fifth"], { env: environment });
    await run.shows(jobs);
    await run.answer(QUESTION, "no");
    expect(await run.ended()).toBe(77);
    expect(run.screen).not.toContain("job-1");
  });

  test("warns of them where it does not ask", async () => {
    const { status, stdout, stderr } = await installation.run(["removewallet", "fifth"]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
    expect(stderr).toStartWith(`Warning: ${jobs}`);
    expect((await installation.run(["job", "show", "job-2"])).status).toBe(0);
  });
});

describe("export --output", () => {
  const file = join(home, "wallets.json");

  test("makes a file that is the user's alone, and prints what it made", async () => {
    const { status, stdout, stderr } = await installation.run(["export", "--output=wallets.json"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const exported = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    expect(exported).toEqual(JSON.parse((await installation.run(["export"])).stdout));
    expect(JSON.parse(stdout)).toEqual({ exported: Object.keys(exported).length, file });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("never replaces a file", async () => {
    copyFileSync(original, join(home, "other"));
    const failure = failureOf(await installation.run(["export", "--output=other"]));
    expect(failure).toMatchObject({ status: 73, code: "FILE_EXISTS" });
    expect(readFileSync(join(home, "other"))).toEqual(readFileSync(original));
  });

  test("asks at a terminal, naming the file", async () => {
    const run = new TerminalRun(installation, ["export", "--output=third.json"], { env: environment });
    await run.shows(`written to ${join(home, "third.json")}, not encrypted`);
    await run.answer(QUESTION, "no");
    expect(await run.ended()).toBe(77);
    expect(existsSync(join(home, "third.json"))).toBe(false);
  });

  test("is what a plain export into a file advises", async () => {
    const child = Bun.spawn(["bash", "-c", `'${executable}' export > plain.json`], {
      cwd: home,
      env: { HOME: home, PATH: "/usr/bin:/bin", ...environment },
      stderr: "pipe",
    });
    expect(await new Response(child.stderr).text()).toMatch(/^Warning: .*--output=<file>.*\n$/);
    expect(await child.exited).toBe(0);
  });
});

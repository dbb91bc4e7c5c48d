import { describe, expect, test } from "bun:test";
import { closeSync, fstatSync, openSync } from "node:fs";
import { KmsError } from "../../../src/errors.ts";
import {
  createLog,
  isJournal,
  type LogOptions,
  logActions,
  logLevels,
  shortDuration,
  Troubles,
  withoutRepetition,
} from "../../../src/operations/log.ts";
import { version } from "../../../src/version.ts";

const MINUTE = 60_000;
const event = { action: "poll-failed" } as const;

function collecting(options: LogOptions = {}) {
  const lines: string[] = [];
  return { lines, log: createLog({ ...options, write: (line) => lines.push(line) }) };
}

/** One line of each level. */
function linesOf(options: LogOptions): string[] {
  const { lines, log } = collecting(options);
  for (const level of logLevels) log[level](level, event);
  return lines;
}

describe("lines", () => {
  test("as text begin with the time, and name what is no usual news", () => {
    const texts = linesOf({ level: "debug" }).map((line) => line.replace(/^[-\d]+T[:.\d]+Z/, "time"));
    expect(texts).toEqual([
      "time - ERROR: error\n",
      "time - WARN: warn\n",
      "time - info\n",
      "time - DEBUG: debug\n",
    ]);
  });

  test.each(logLevels)("of level %s come with all that is more severe", (level) => {
    expect(linesOf({ level })).toHaveLength(logLevels.indexOf(level) + 1);
  });

  test("without a level are those of info", () => {
    expect(linesOf({})).toHaveLength(3);
  });

  test("as JSON carry what they are about in fields of ECS", () => {
    const { lines, log } = collecting({ format: "json" });
    log.error("It failed.", {
      action: "transaction-failed",
      chain: "ETH",
      job: "5f0c",
      transactionId: "0x9a",
      failure: new KmsError("NETWORK", "no answer"),
      labels: { attempts: 3 },
    });
    const [line = ""] = lines;
    expect(line).toStartWith('{"@timestamp":"');
    expect(line).toEndWith("}\n");
    expect(JSON.parse(line)).toEqual({
      "@timestamp": expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      "log.level": "error",
      message: "It failed.",
      "ecs.version": expect.any(String),
      "service.name": "tatum-kms",
      "service.version": version,
      "event.action": "transaction-failed",
      "error.code": "NETWORK",
      "labels.chain": "ETH",
      "labels.job_id": "5f0c",
      "labels.transaction_id": "0x9a",
      "labels.attempts": 3,
    });
  });

  test.each(["text", "json"] as const)("as %s stay one line, whatever they quote", (format) => {
    const { lines, log } = collecting({ format });
    log.info("a\n2024 - b\u001b[2J\u2028c\u202ed", event);
    const written = lines.join("");
    expect(written.indexOf("\n")).toBe(written.length - 1);
    expect(written).not.toContain("\u001b");
    // Turns the direction of what follows: https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
    expect(written).not.toContain("\u202e");
    expect(written).not.toContain("\\u001b");
  });

  test.each(["text", "json"] as const)("as %s for the journal begin with their priority", (format) => {
    const priorities = linesOf({ level: "debug", format, withPriority: true }).map((line) =>
      line.slice(0, 3),
    );
    expect(priorities).toEqual(["<3>", "<4>", "<6>", "<7>"]);
  });
});

describe("the journal of systemd", () => {
  test("is a stream that JOURNAL_STREAM names, and no other", () => {
    const descriptor = openSync("/dev/null", "w");
    try {
      const { dev, ino } = fstatSync(descriptor, { bigint: true });
      expect(isJournal(descriptor, `${dev}:${ino}`)).toBe(true);
      for (const other of [undefined, "", `${dev}:${ino + 1n}`, `${dev + 1n}:${ino}`, "8:"])
        expect(isJournal(descriptor, other)).toBe(false);
    } finally {
      closeSync(descriptor);
    }
    expect(isJournal(descriptor, "8:12")).toBe(false);
  });
});

test("the same error is told once a minute; other errors and other lines always", () => {
  const { lines, log: plain } = collecting();
  let now = 0;
  const log = withoutRepetition(plain, () => now);
  for (const time of [0, 1, MINUTE - 1, MINUTE, MINUTE + 1]) {
    now = time;
    log.error("disk full", event);
  }
  expect(lines).toHaveLength(2);
  log.error("another", event);
  for (const _ of [1, 2]) {
    log.warn("disk full", event);
    log.info("disk full", event);
  }
  expect(lines).toHaveLength(7);
});

describe("trouble", () => {
  function troubles() {
    const { lines, log } = collecting({ format: "json" });
    let now = 0;
    const it = new Troubles(log, () => now);
    return {
      it,
      after: (time: number) => (now = time),
      told: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    };
  }

  test("is told to be over once, when it is so for all chains, with its duration", () => {
    const { it, after, told } = troubles();
    it.began("api", "BTC");
    after(MINUTE);
    it.began("api", "ETH");
    it.began("api", "BTC");
    after(3 * MINUTE);
    it.ended("api", "BTC");
    expect(told()).toEqual([]);
    after(4 * MINUTE + 500);
    it.ended("api", "ETH");
    it.ended("api", "ETH");
    expect(told()).toEqual([
      expect.objectContaining({
        message: "The API answers again, after 4 min.",
        "event.action": "trouble-over",
        "labels.trouble": "api",
        "labels.seconds": 241,
      }),
    ]);
  });

  test("that never began ends without a word, and one kind does not end another", () => {
    const { it, told } = troubles();
    it.ended("vault", "BTC");
    it.began("approval", "BTC");
    it.ended("api", "BTC");
    expect(told()).toEqual([]);
    expect(it.open).toEqual([{ kind: "approval", chains: ["BTC"], for: 0 }]);
  });

  test("of a chain that is left to others is forgotten, not told to be over", () => {
    const { it, told } = troubles();
    it.began("api", "BTC");
    it.forget("BTC");
    it.ended("api", "BTC");
    expect(told()).toEqual([]);
    expect(it.open).toEqual([]);
  });
});

test.each([
  [0, "0 s"],
  [59_400, "59 s"],
  [59_600, "1 min"],
  [3_599_000, "59 min"],
  [7_300_000, "2 h"],
  [3 * 86_400_000, "3 d"],
])("%d milliseconds are %s", (milliseconds, text) => {
  expect(shortDuration(milliseconds)).toBe(text);
});

test("docs/command-line.md lists every action", async () => {
  const docs = await Bun.file(new URL("../../../docs/command-line.md", import.meta.url)).text();
  for (const [action, meaning] of Object.entries(logActions))
    expect(docs).toContain(`| \`${action}\` | ${meaning} |`);
});

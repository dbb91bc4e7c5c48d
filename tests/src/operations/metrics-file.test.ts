import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Metric } from "../../../src/operations/metrics.ts";
import { checkMetricsPath, renderMetrics, writeMetricsFile } from "../../../src/operations/metrics-file.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { caught } from "../vault/caught.ts";

const path = useTemporaryFolder();

function metric(changes: Partial<Metric> = {}): Metric {
  return { name: "jobs", type: "gauge", help: "Jobs.", samples: [{ labels: {}, value: 1 }], ...changes };
}

describe("the text", () => {
  test("describes each metric before its samples and ends with a line break", () => {
    const samples = [
      { labels: { chain: "BTC", outcome: "done" }, value: 2 },
      { labels: { chain: "ETH", outcome: "done" }, value: 0 },
    ];
    const text = renderMetrics([
      metric({ name: "transactions_total", type: "counter", help: "Ends.", samples }),
      metric({ name: "time_seconds", samples: [{ labels: {}, value: 1_700_000_000.123 }] }),
    ]);
    expect(text).toBe(
      [
        "# HELP tatum_kms_transactions_total Ends.",
        "# TYPE tatum_kms_transactions_total counter",
        'tatum_kms_transactions_total{chain="BTC",outcome="done"} 2',
        'tatum_kms_transactions_total{chain="ETH",outcome="done"} 0',
        "# HELP tatum_kms_time_seconds Jobs.",
        "# TYPE tatum_kms_time_seconds gauge",
        "tatum_kms_time_seconds 1700000000.123",
        "",
      ].join("\n"),
    );
  });

  test("escapes backslashes, line breaks and, in labels, quotation marks", () => {
    const labels = { state: 'a\\b"c\nd\\n' };
    expect(renderMetrics([metric({ help: 'a\\b"c\nd', samples: [{ labels, value: 1 }] })])).toBe(
      [
        '# HELP tatum_kms_jobs a\\\\b"c\\nd',
        "# TYPE tatum_kms_jobs gauge",
        'tatum_kms_jobs{state="a\\\\b\\"c\\nd\\\\n"} 1',
        "",
      ].join("\n"),
    );
  });

  test("keeps the description of a metric without samples", () => {
    expect(renderMetrics([metric({ samples: [] })])).toBe(
      "# HELP tatum_kms_jobs Jobs.\n# TYPE tatum_kms_jobs gauge\n",
    );
  });
});

describe("writing", () => {
  test("labels each sample with the name of the file: two files of a collector may not share a sample", async () => {
    await writeMetricsFile(path("mainnet.prom"), [metric({ samples: [{ labels: { a: "b" }, value: 1 }] })]);
    expect(readFileSync(path("mainnet.prom"), "utf8")).toContain(
      'tatum_kms_jobs{a="b",daemon="mainnet"} 1\n',
    );
  });

  test("leaves one file, which all can read whatever the umask says", async () => {
    const before = process.umask(0o077);
    try {
      await writeMetricsFile(path("kms.prom"), [metric()]);
    } finally {
      process.umask(before);
    }
    expect(statSync(path("kms.prom")).mode & 0o777).toBe(0o644);
    expect(readdirSync(dirname(path("kms.prom")))).toEqual(["kms.prom"]);
  });

  test("replaces the file at once: who reads it meanwhile sees the old or the new one, never half of it", async () => {
    const samples = Array.from({ length: 5000 }, (_, value) => ({ labels: { number: `${value}` }, value }));
    const large = [metric({ samples })];
    await writeMetricsFile(path("kms.prom"), large);
    const complete = readFileSync(path("kms.prom"), "utf8");
    const { ino } = statSync(path("kms.prom"));
    let isWriting = true;
    const writing = writeMetricsFile(path("kms.prom"), large).finally(() => {
      isWriting = false;
    });
    while (isWriting) {
      expect(readFileSync(path("kms.prom"), "utf8") === complete).toBe(true);
      await Bun.sleep(0);
    }
    await writing;
    expect(statSync(path("kms.prom")).ino).not.toBe(ino);
  });

  test("that fails says why in the same words each time, and leaves nothing behind", async () => {
    mkdirSync(path("kms.prom"));
    const errors = [1, 2].map(() => caught(() => writeMetricsFile(path("kms.prom"), [metric()])));
    const [first, second] = await Promise.all(errors);
    expect(first?.code).toBe("CANNOT_WRITE");
    expect(first?.message).toContain("EISDIR");
    expect(second?.message).toBe(first?.message as string);
    expect(readdirSync(dirname(path("kms.prom")))).toEqual(["kms.prom"]);
  });

  test("into a folder that was taken away fails", async () => {
    mkdirSync(path("folder"));
    rmSync(path("folder"), { recursive: true });
    expect(await caught(() => writeMetricsFile(path("folder/kms.prom"), []))).toMatchObject({
      code: "CANNOT_WRITE",
    });
  });
});

describe("the path", () => {
  const problemOf = async (file: string): Promise<string> => {
    const { code, message } = await caught(() => checkMetricsPath(file, "THE_SETTING"));
    expect(code).toBe("CONFIGURATION");
    expect(message).toStartWith("THE_SETTING ");
    return message;
  };

  test("may be free, or that of an empty file or of one written before", async () => {
    await checkMetricsPath(path("kms.prom"), "THE_SETTING");
    writeFileSync(path("kms.prom"), "");
    await checkMetricsPath(path("kms.prom"), "THE_SETTING");
    await writeMetricsFile(path("kms.prom"), [metric()]);
    await checkMetricsPath(path("kms.prom"), "THE_SETTING");
  });

  test("is refused when it is relative, has another ending, or its folder is missing or a file", async () => {
    expect(await problemOf("kms.prom")).toContain("absolute");
    expect(await problemOf(path("wallet.dat"))).toContain(".prom");
    expect(await problemOf(path("missing/kms.prom"))).toContain("folder");
    writeFileSync(path("file"), "");
    expect(await problemOf(path("file/kms.prom"))).toContain("folder");
  });

  test("is refused when something lies there that would be lost: a vault, another's metrics, a link, a folder", async () => {
    writeFileSync(path("vault.prom"), "SQLite format 3\0...");
    writeFileSync(path("other.prom"), "# HELP other_metric Other.\n");
    symlinkSync(path("vault.prom"), path("link.prom"));
    mkdirSync(path("folder.prom"));
    for (const name of ["vault.prom", "other.prom", "link.prom", "folder.prom"]) {
      expect(await problemOf(path(name))).toContain("did not write");
    }
  });
});

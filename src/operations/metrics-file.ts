/**
 * A file of metrics in the Prometheus text exposition format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), as the textfile collector of node_exporter reads it
 * (https://github.com/prometheus/node_exporter#textfile-collector).
 */
import { randomBytes } from "node:crypto";
import { lstat, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, isAbsolute, join } from "node:path";
import { explainFileError, KmsError, systemErrorCode } from "../errors.ts";
import { describeFailure } from "../failures.ts";
import { pause } from "../http/retry.ts";
import { collectMetrics, type MetricsSource } from "./collect-metrics.ts";
import type { Metric, Sample } from "./metrics.ts";

/** What the names of all metrics begin with. */
export const PREFIX = "tatum_kms_";

/** What a file that this program wrote begins with. */
const BEGINNING = `# HELP ${PREFIX}`;

/** The collector reads no other files. */
const EXTENSION = ".prom";

/** The collector runs as another user. */
const MODE = 0o644;

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabelValue(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

function renderSample(metric: string, { labels, value, suffix }: Sample): string {
  const name = metric + (suffix ?? "");
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabelValue(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

/** The numbers in the text format. A metric without samples keeps its description. */
export function renderMetrics(metrics: readonly Metric[]): string {
  return metrics
    .map(({ name: shortName, type, help, samples }) => {
      const name = PREFIX + shortName;
      const description = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
      return description + samples.map((sample) => renderSample(name, sample)).join("");
    })
    .join("");
}

/** The same metrics with one more label on every sample. */
function withLabel(metrics: readonly Metric[], label: string, text: string): Metric[] {
  return metrics.map((metric) => ({
    ...metric,
    samples: metric.samples.map((sample) => ({ ...sample, labels: { ...sample.labels, [label]: text } })),
  }));
}

async function beginningOf(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING.length), 0, BEGINNING.length, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Whether the path is free, or holds an empty file or one that this program wrote. */
async function isOurs(path: string): Promise<boolean> {
  try {
    if (!(await lstat(path)).isFile()) return false;
    const beginning = await beginningOf(path);
    return beginning === "" || beginning === BEGINNING;
  } catch (error) {
    return systemErrorCode(error) === "ENOENT";
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Checks that metrics may be written to a path: the file would be replaced, so it must be no vault and no other's file.
 *
 * @param setting what names the path, for the error
 * @throws KmsError `CONFIGURATION`
 */
export async function checkMetricsPath(path: string, setting: string): Promise<void> {
  const refuse = (problem: string): never => {
    throw new KmsError("CONFIGURATION", `${setting} ${problem}.`, {
      hint: `Give the absolute path of a file of its own that ends in ${EXTENSION}, in a folder that exists.`,
    });
  };
  if (!isAbsolute(path)) refuse("is not an absolute path");
  if (extname(path) !== EXTENSION) refuse(`does not end in ${EXTENSION}: the collector would not read it`);
  if (!(await isFolder(dirname(path)))) refuse("names a folder that does not exist");
  if (!(await isOurs(path))) refuse("names a file that this program did not write, or that it cannot read");
}

/**
 * Replaces the file at once, so that the collector never reads half of it. It is not synced: after a power cut it is
 * written anew. Each sample is labelled with the name of the file, as the collector refuses samples that two files share.
 *
 * @param path Absolute, as {@link checkMetricsPath} demands it.
 * @throws KmsError `CANNOT_WRITE`
 */
export async function writeMetricsFile(path: string, metrics: readonly Metric[]): Promise<void> {
  const name = basename(path);
  const text = renderMetrics(withLabel(metrics, "daemon", basename(path, EXTENSION)));
  // Does not end in .prom, so that the collector leaves it alone.
  const temporaryFile = join(dirname(path), `.${name}.${randomBytes(8).toString("hex")}.new`);
  try {
    const file = await open(temporaryFile, "wx", MODE);
    try {
      // The umask may have taken the right to read away.
      await file.chmod(MODE);
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(temporaryFile, path);
  } catch (error) {
    await rm(temporaryFile, { force: true }).catch(() => undefined);
    throw explainFileError("CANNOT_WRITE", `The metrics file ${path} cannot be written`, error);
  }
}

/** Milliseconds between two writes. */
const INTERVAL = 15_000;

interface MetricsFileOptions extends MetricsSource {
  /** Absolute path of the file; nothing is written without one. */
  readonly path: string | undefined;
  /** One cycle and no later one: it is written at the end alone. */
  readonly runOnce: boolean;
}

/** Throws nothing: what is wrong with the file must not keep the daemon from its work. */
async function write(source: MetricsSource, path: string): Promise<void> {
  try {
    await writeMetricsFile(path, await collectMetrics(source));
  } catch (failure) {
    source.log.error(describeFailure(failure), { action: "metrics-failed", failure });
  }
}

async function keepWriting(source: MetricsSource, path: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    await write(source, path);
    await pause(INTERVAL, ended);
  }
}

/** Does the work and writes the metrics file meanwhile, and once more when it has ended, be it with an error. */
export async function keepMetricsFile(
  { path, runOnce, ...source }: MetricsFileOptions,
  work: () => Promise<void>,
): Promise<void> {
  if (path === undefined) return work();
  const ended = new AbortController();
  const writing = runOnce ? undefined : keepWriting(source, path, ended.signal);
  try {
    await work();
  } finally {
    ended.abort();
    await writing;
    await write(source, path);
  }
}

/**
 * `bun run bench`: what the README states, measured with the built executable, each row with the limit of this machine
 * beside it. `--row=btc,poll` takes rows singly, `--json` prints JSON, `--picture=FILE` draws the curves, `--short` sees only
 * that every row works. `KMS_BENCHMARK_FOLDER` says on which disk the vaults lie.
 */
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { paymentRows } from "./benchmark/payments.ts";
import { removeFolder } from "./benchmark/place.ts";
import { type MeasuredRow, measureRow, tableOf } from "./benchmark/row.ts";
import { scaleRows } from "./benchmark/scale.ts";

const rows = [...paymentRows, ...scaleRows];

const { values } = parseArgs({
  options: {
    row: { type: "string", default: rows.map(({ name }) => name).join(",") },
    size: { type: "string" },
    json: { type: "boolean", default: false },
    short: { type: "boolean", default: false },
    picture: { type: "string" },
  },
});

const names = values.row.split(",");
const unknown = names.find((name) => !rows.some((row) => row.name === name));
if (unknown !== undefined) {
  console.error(`There is no row ${unknown}. Rows: ${rows.map(({ name }) => name).join(", ")}.`);
  process.exit(64);
}

const load = (): string => (loadavg()[0] ?? 0).toFixed(1);
const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Bun ${Bun.version}`;
const measured: MeasuredRow[] = [];
const loads: string[] = [load()];
try {
  for (const row of rows.filter(({ name }) => names.includes(name))) {
    const sizes = values.size === undefined ? row.sizes : values.size.split(",").map(Number);
    measured.push(await measureRow({ ...row, sizes }, values.short));
    loads.push(load());
    if (!values.json) console.error(tableOf(measured.slice(-1)).split("\n").slice(2).join("\n"));
  }
} finally {
  removeFolder();
}
const said = `${machine}, load ${loads.join(" ")}`;
if (values.json) console.log(JSON.stringify({ machine, loads, rows: measured }, undefined, 2));
else console.log(`${said}\n\n${tableOf(measured)}`);
if (values.picture !== undefined) {
  const { pictureOf } = await import("./benchmark/picture.ts");
  writeFileSync(values.picture, pictureOf(measured, machine));
}

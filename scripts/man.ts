/** `bun run man [--outdir=dist]`: the man pages of all commands, and the completion scripts, as the archives of a release have them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { describeCommands } from "../src/cli/manual/describe-commands.ts";
import { program } from "../src/cli/program.ts";
import { commitTime } from "./release/executable.ts";
import { shellDocuments } from "./release/man-pages.ts";

const { values } = parseArgs({ options: { outdir: { type: "string", default: "dist" } } });
const documents = shellDocuments(await describeCommands(program), commitTime());
for (const { path, content } of documents) {
  const file = join(values.outdir, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
console.log(
  `Made ${documents.length} files in ${values.outdir}; for example: man ${values.outdir}/man/man1/tatum-kms.1`,
);

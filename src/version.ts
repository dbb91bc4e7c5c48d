/** The program's version. */
import packageJson from "../package.json" with { type: "json" };

/** It continues the numbering of the original, whose place this program takes. */
export const version: string = packageJson.version;

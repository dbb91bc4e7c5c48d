import packageJson from "../package.json" with { type: "json" };

/** The version of this program. It continues the numbering of the original, whose place it takes. */
export const version: string = packageJson.version;

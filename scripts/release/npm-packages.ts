/**
 * The npm packages: `@tatumio/tatum-kms`, which the original is called as well, and one for each platform that npm can tell apart
 * (`os`, `cpu`, `libc`: https://docs.npmjs.com/cli/configuring-npm/package-json). None runs anything when it is installed.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ArchivedFile, tarGz } from "./archive.ts";
import { programName, type Target, targets } from "./targets.ts";

const NAME = "@tatumio/tatum-kms";

const shared = (version: string) => ({
  version,
  license: "MIT",
  repository: { type: "git", url: "git+https://github.com/tatumio/tatum-kms.git" },
});

/** A file name as `npm pack` gives it. */
function fileName(name: string, version: string): string {
  return `${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
}

export interface ReleaseFile {
  readonly name: string;
  readonly content: Uint8Array | string;
}

export interface PackageContents {
  readonly version: string;
  /** Seconds since 1970. */
  readonly time: number;
  /** What belongs into each archive beside the program, without folders. */
  readonly documents: readonly ArchivedFile[];
}

function packed(
  manifest: { readonly name: string },
  files: readonly ArchivedFile[],
  contents: PackageContents,
) {
  const { version, time, documents } = contents;
  const all = [
    { path: "package.json", content: `${JSON.stringify(manifest, null, 2)}\n` },
    ...files,
    ...documents,
  ];
  const content = tarGz(
    all.map((file) => ({ ...file, path: `package/${file.path}` })),
    time,
  );
  return { name: fileName(manifest.name, version), content };
}

/** The package of one platform. */
export function platformPackage(
  target: Target,
  executable: Uint8Array,
  contents: PackageContents,
): ReleaseFile {
  const { name, os, cpu, libc } = target;
  const manifest = {
    name: `${NAME}-${name}`,
    ...shared(contents.version),
    description: `The executable of tatum-kms for ${name}; install ${NAME}.`,
    os: [os],
    cpu: [cpu],
    ...(libc !== undefined && { libc: [libc] }),
    preferUnplugged: true,
  };
  return packed(manifest, [{ path: programName(target), content: executable, isExecutable: true }], contents);
}

/** The package that people install: it finds that of their platform. */
export function wrapperPackage(contents: PackageContents): ReleaseFile {
  const { version } = contents;
  const manifest = {
    name: NAME,
    ...shared(version),
    description: "Keeps blockchain keys in an encrypted vault and signs what you approve.",
    bin: { "tatum-kms": "tatum-kms.cjs" },
    engines: { node: ">=18" },
    optionalDependencies: Object.fromEntries(targets.map(({ name }) => [`${NAME}-${name}`, version])),
  };
  const script = readFileSync(join(import.meta.dir, "npm", "tatum-kms.cjs"));
  const readme = readFileSync("README.md");
  return packed(
    manifest,
    [
      { path: "tatum-kms.cjs", content: script, isExecutable: true },
      { path: "README.md", content: readme },
    ],
    contents,
  );
}

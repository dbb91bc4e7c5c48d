/**
 * The software bill of materials, made of what the bundle holds and package-lock.json says of it: CycloneDX 1.6
 * (https://cyclonedx.org/docs/1.6/json/) and SPDX 2.3 (https://spdx.github.io/spdx-spec/v2.3/).
 */
import { dirname } from "node:path";
import type { BuildFacts } from "../../src/build-facts.ts";
import type { BundledPackage } from "./bundled-packages.ts";
import type { LockedPackages } from "./lock-file.ts";
import { runtimeLibraries } from "./runtime-libraries.ts";

export interface Materials {
  readonly version: string;
  readonly facts: BuildFacts;
  /** Seconds since 1970. */
  readonly time: number;
  readonly packages: readonly BundledPackage[];
  readonly locked: LockedPackages;
}

/** https://github.com/package-url/purl-spec */
function packageUrl({ name, version }: { readonly name: string; readonly version: string }): string {
  return `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;
}

/** An id that the same materials always get. */
function uuidOf(text: string): string {
  const hex = new Bun.CryptoHasher("sha256").update(text).digest("hex");
  // Version 8 (RFC 9562): its bits are the maker's own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function timeOf({ time }: Materials): string {
  return new Date(time * 1000).toISOString().replace(".000Z", "Z");
}

/** `sha512-<base64>` in hexadecimal. */
function sha512Of(integrity: string): string {
  return Buffer.from(integrity.replace(/^sha512-/, ""), "base64").toString("hex");
}

/** The folder that Node.js would find a package in from another one: the nearest `node_modules` above. */
function resolvedFolder(from: string, name: string, { locked }: Materials): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = `${folder === "." || folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (locked[found] !== undefined) return found;
    if (folder === "." || folder === "") return undefined;
  }
}

/** The folders of what a package, or the project itself (an empty folder), names as its dependencies. */
function directDependencies(folder: string, materials: Materials): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = materials.locked[folder] ?? {};
  const names = Object.keys({ ...peerDependencies, ...optionalDependencies, ...dependencies });
  return names.map((name) => resolvedFolder(folder, name, materials)).filter((found) => found !== undefined);
}

/**
 * The packages in the bundle that a package needs. One that only hands on what others hold leaves nothing in the bundle: what
 * is behind it counts in its place.
 */
function dependenciesOf(start: string, materials: Materials): BundledPackage[] {
  const bundled = new Set(materials.packages.map(({ folder }) => folder));
  const seen = new Set<string>();
  const visit = (folder: string): void => {
    for (const found of directDependencies(folder, materials)) {
      if (seen.has(found)) continue;
      seen.add(found);
      if (!bundled.has(found)) visit(found);
    }
  };
  visit(start);
  return materials.packages.filter(({ folder }) => seen.has(folder));
}

const runtimeReference = `pkg:npm/bun@${Bun.version}`;
const programReference = ({ version }: Materials): string => `pkg:npm/%40tatumio/tatum-kms@${version}`;

function cycloneDxComponents({ packages }: Materials): object[] {
  const libraries = packages.map((one) => ({
    type: "library",
    "bom-ref": one.folder,
    name: one.name,
    version: one.version,
    purl: packageUrl(one),
    hashes: [{ alg: "SHA-512", content: sha512Of(one.integrity) }],
    licenses: [{ expression: one.license }],
  }));
  const runtime = {
    type: "platform",
    "bom-ref": runtimeReference,
    name: "bun",
    version: Bun.version,
    purl: runtimeReference,
    licenses: [{ expression: "MIT" }],
    components: runtimeLibraries.map(({ name, license, source }) => ({
      type: "library",
      name,
      licenses: [{ expression: license }],
      externalReferences: [{ type: "vcs", url: source }],
    })),
  };
  return [...libraries, runtime];
}

/** The bill in the form of CycloneDX, as JSON. */
export function cycloneDx(materials: Materials): string {
  const { version, facts, packages } = materials;
  const edges = packages.map(({ folder }) => ({
    ref: folder,
    dependsOn: dependenciesOf(folder, materials).map((one) => one.folder),
  }));
  const direct = [runtimeReference, ...dependenciesOf("", materials).map(({ folder }) => folder)];
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(`${version} ${facts.commit} ${facts.dependencies}`)}`,
    version: 1,
    metadata: {
      timestamp: timeOf(materials),
      component: {
        type: "application",
        "bom-ref": programReference(materials),
        name: "tatum-kms",
        version,
        purl: programReference(materials),
        licenses: [{ expression: "MIT" }],
        properties: [
          { name: "tatum-kms:commit", value: facts.commit },
          { name: "tatum-kms:dependencies", value: facts.dependencies },
        ],
      },
    },
    components: cycloneDxComponents(materials),
    dependencies: [{ ref: programReference(materials), dependsOn: direct }, ...edges],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

/** SPDX knows letters, digits, dots and dashes in an id. */
function spdxId(text: string): string {
  return `SPDXRef-${text.replace(/[^A-Za-z0-9.]+/g, "-")}`;
}

function spdxPackage(
  folder: string,
  name: string,
  version: string,
  license: string,
): Record<string, unknown> {
  return {
    SPDXID: spdxId(folder),
    name,
    versionInfo: version,
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    licenseConcluded: license,
    licenseDeclared: license,
    copyrightText: "NOASSERTION",
  };
}

function withPackageUrl(entry: Record<string, unknown>, url: string, integrity?: string): object {
  const checksum = integrity && { checksums: [{ algorithm: "SHA512", checksumValue: sha512Of(integrity) }] };
  const reference = { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: url };
  return { ...entry, ...checksum, externalRefs: [reference] };
}

function spdxPackages(materials: Materials): object[] {
  const { version, packages } = materials;
  return [
    withPackageUrl(spdxPackage("tatum-kms", "tatum-kms", version, "MIT"), programReference(materials)),
    withPackageUrl(spdxPackage("bun", "bun", Bun.version, "MIT"), runtimeReference),
    ...runtimeLibraries.map(({ name, license }) => spdxPackage(`bun-${name}`, name, "in Bun", license)),
    ...packages.map((one) =>
      withPackageUrl(
        spdxPackage(one.folder, one.name, one.version, one.license),
        packageUrl(one),
        one.integrity,
      ),
    ),
  ];
}

function spdxRelationships(materials: Materials): object[] {
  const relation = (from: string, relationshipType: string, to: string) => ({
    spdxElementId: from,
    relationshipType,
    relatedSpdxElement: to,
  });
  const program = spdxId("tatum-kms");
  return [
    relation("SPDXRef-DOCUMENT", "DESCRIBES", program),
    relation(program, "CONTAINS", spdxId("bun")),
    ...runtimeLibraries.map(({ name }) => relation(spdxId("bun"), "CONTAINS", spdxId(`bun-${name}`))),
    ...materials.packages.map(({ folder }) => relation(program, "CONTAINS", spdxId(folder))),
    ...["", ...materials.packages.map(({ folder }) => folder)].flatMap((folder) =>
      dependenciesOf(folder, materials).map((one) =>
        relation(folder === "" ? program : spdxId(folder), "DEPENDS_ON", spdxId(one.folder)),
      ),
    ),
  ];
}

/** The bill in the form of SPDX, as JSON. */
export function spdx(materials: Materials): string {
  const { version, facts } = materials;
  const id = uuidOf(`spdx ${version} ${facts.commit} ${facts.dependencies}`);
  const bill = {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `tatum-kms-${version}`,
    documentNamespace: `https://tatum.io/spdx/tatum-kms-${version}-${id}`,
    creationInfo: { created: timeOf(materials), creators: ["Tool: tatum-kms-release"] },
    packages: spdxPackages(materials),
    relationships: spdxRelationships(materials),
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

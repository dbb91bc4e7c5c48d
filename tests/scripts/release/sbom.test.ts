/** The bills of materials, held against package-lock.json. */
import { beforeAll, describe, expect, test } from "bun:test";
import type { BundledPackage } from "../../../scripts/release/bundled-packages.ts";
import { buildFactsFor, packagesOfExecutable } from "../../../scripts/release/executable.ts";
import { readLockFile } from "../../../scripts/release/lock-file.ts";
import { cycloneDx, spdx } from "../../../scripts/release/sbom.ts";

const { packages: locked } = readLockFile();
let packages: readonly BundledPackage[];
beforeAll(async () => {
  packages = await packagesOfExecutable();
});

const materials = () => ({
  version: "9.0.0",
  facts: buildFactsFor("all"),
  time: 1_700_000_000,
  packages,
  locked,
});

interface CycloneDx {
  readonly components: readonly {
    readonly name: string;
    readonly purl: string;
    readonly "bom-ref": string;
    readonly hashes?: readonly { readonly content: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Spdx {
  readonly packages: readonly { readonly SPDXID: string; readonly name: string }[];
  readonly relationships: readonly {
    readonly spdxElementId: string;
    readonly relationshipType: string;
    readonly relatedSpdxElement: string;
  }[];
}

describe("the bill in CycloneDX", () => {
  test("has each package with the digest that the lock names, and the runtime", () => {
    const { components } = JSON.parse(cycloneDx(materials())) as CycloneDx;
    expect(components).toHaveLength(packages.length + 1);
    for (const { folder, name, version } of packages) {
      const found = components.find((one) => one["bom-ref"] === folder);
      expect(found?.purl).toBe(`pkg:npm/${name.replace("@", "%40")}@${version}`);
      const digest = Buffer.from(found?.hashes?.[0]?.content ?? "", "hex").toString("base64");
      expect(locked[folder]?.integrity).toBe(`sha512-${digest}`);
    }
    expect(components.at(-1)?.purl).toBe(`pkg:npm/bun@${Bun.version}`);
  });

  test("says which package needs which, of those that are inside", () => {
    const { dependencies } = JSON.parse(cycloneDx(materials())) as CycloneDx;
    const [program, ...others] = dependencies;
    expect(program?.dependsOn).toContain("node_modules/viem");
    const nested = others.find(({ ref }) => ref === "node_modules/viem");
    expect(nested?.dependsOn).toContain("node_modules/viem/node_modules/@noble/curves");
    const reachable = new Set(dependencies.flatMap(({ dependsOn }) => dependsOn));
    for (const { folder } of packages) expect(reachable).toContain(folder);
  });

  test("is the same each time it is made", () => {
    expect(cycloneDx(materials())).toBe(cycloneDx(materials()));
  });
});

describe("the bill in SPDX", () => {
  test("has each package, under ids that stand for one thing", () => {
    const { packages: listed } = JSON.parse(spdx(materials())) as Spdx;
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(packages.map(({ name }) => name)));
    expect(new Set(listed.map(({ SPDXID }) => SPDXID)).size).toBe(listed.length);
    for (const { SPDXID } of listed) expect(SPDXID).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
  });

  test("relates nothing that it does not list", () => {
    const { packages: listed, relationships } = JSON.parse(spdx(materials())) as Spdx;
    const ids = new Set(["SPDXRef-DOCUMENT", ...listed.map(({ SPDXID }) => SPDXID)]);
    for (const { spdxElementId, relatedSpdxElement } of relationships) {
      expect(ids).toContain(spdxElementId);
      expect(ids).toContain(relatedSpdxElement);
    }
  });
});

/** What goes into an executable, under which licenses, and what is said of it. */
import { beforeAll, describe, expect, test } from "bun:test";
import {
  type BundledPackage,
  bundledPackages,
  isAllowedLicense,
} from "../../../scripts/release/bundled-packages.ts";
import { packagesOfExecutable } from "../../../scripts/release/executable.ts";
import { readLockFile } from "../../../scripts/release/lock-file.ts";
import { noticesOf } from "../../../scripts/release/notices.ts";

const { packages: locked } = readLockFile();

describe("a license", () => {
  test.each(["MIT", "Apache-2.0", "(GPL-3.0-only OR MIT)", "MIT AND ISC"])("%s is allowed", (license) => {
    expect(isAllowedLicense(license)).toBe(true);
  });

  test.each(["GPL-3.0-only", "MIT AND GPL-3.0-only", "SEE LICENSE IN LICENSE", "UNLICENSED", ""])(
    "%p is not",
    (license) => {
      expect(isAllowedLicense(license)).toBe(false);
    },
  );
});

describe("the packages of a bundle", () => {
  test("are those that its files belong to, each once", () => {
    const files = ["src/main.ts", "node_modules/citty/dist/index.mjs", "node_modules/citty/dist/other.mjs"];
    expect(bundledPackages(files, locked).map(({ name }) => name)).toEqual(["citty"]);
  });

  test("below another package count by themselves", () => {
    const file = "node_modules/viem/node_modules/@noble/curves/abstract/curve.js";
    const [found] = bundledPackages([file], locked);
    expect(found).toMatchObject({
      folder: "node_modules/viem/node_modules/@noble/curves",
      name: "@noble/curves",
    });
  });

  test("that package-lock.json does not know are refused", () => {
    expect(() => bundledPackages(["node_modules/citty/dist/index.mjs"], {})).toThrow(
      "package-lock.json holds no digest of citty.",
    );
  });

  test("installed in another version than package-lock.json says are refused", () => {
    const other = { "node_modules/citty": { version: "0.0.1", integrity: "sha512-" } };
    expect(() => bundledPackages(["node_modules/citty/dist/index.mjs"], other)).toThrow(
      "the lock says 0.0.1",
    );
  });
});

describe("the notices", () => {
  let packages: readonly BundledPackage[];
  let text: string;
  beforeAll(async () => {
    packages = await packagesOfExecutable();
    text = noticesOf(packages);
  });

  test("name each package with its version and license", () => {
    expect(packages.length).toBeGreaterThan(40);
    for (const { name, version, license } of packages)
      expect(text).toContain(`\n${name} ${version} (${license})\n`);
  });

  test("hold each text that a package brings", () => {
    for (const { texts } of packages) for (const one of texts) expect(text).toContain(one);
  });

  test("name whom the word lists are from, as their license asks for", () => {
    expect(text).toContain("OpenSubtitles");
  });

  test("name the runtime's own libraries, with the license of those under the LGPL", () => {
    expect(text).toMatch(/^- JavaScriptCore: LGPL/m);
    expect(text).toContain("GNU LESSER GENERAL PUBLIC LICENSE");
  });

  test("give a package without a text the one of its license, or its author", () => {
    const bare = {
      folder: "",
      name: "bare",
      version: "1.0.0",
      integrity: "sha512-",
      author: "Somebody",
      texts: [],
    };
    expect(noticesOf([{ ...bare, license: "Apache-2.0" }])).toContain("TERMS AND CONDITIONS FOR USE");
    expect(noticesOf([{ ...bare, license: "MIT" }])).toContain("Copyright (c) Somebody\nLicense: MIT");
  });
});

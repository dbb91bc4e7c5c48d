/** package-lock.json: which libraries there are, by version and digest. */
import { readFileSync } from "node:fs";
import * as v from "valibot";

const texts = v.optional(v.record(v.string(), v.string()));

const lockSchema = v.object({
  packages: v.record(
    v.string(),
    v.object({
      version: v.optional(v.string()),
      integrity: v.optional(v.string()),
      license: v.optional(v.string()),
      dependencies: texts,
      devDependencies: texts,
      optionalDependencies: texts,
      peerDependencies: texts,
    }),
  ),
});

/** Each package by its folder, such as `node_modules/viem/node_modules/abitype`; the project itself by an empty text. */
export type LockedPackages = v.InferOutput<typeof lockSchema>["packages"];

export function readLockFile(): { readonly packages: LockedPackages; readonly digest: string } {
  const bytes = readFileSync("package-lock.json");
  const { packages } = v.parse(lockSchema, JSON.parse(bytes.toString()));
  return { packages, digest: `sha256:${new Bun.CryptoHasher("sha256").update(bytes).digest("hex")}` };
}

/** What npm names the package in this folder. */
export function nameOfFolder(folder: string): string {
  const start = folder.lastIndexOf("node_modules/") + "node_modules/".length;
  return folder.slice(start);
}

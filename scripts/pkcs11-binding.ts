/**
 * Puts this program's own binding (providers/pkcs11/cryptoki) in the place of the native addon that pkcs11js would load:
 * in the executable as a plugin of the build, and here and now for what runs from the sources (`preload` in bunfig.toml).
 */
import { join } from "node:path";

const binding = join(import.meta.dir, "..", "providers", "pkcs11", "cryptoki", "addon.cjs");

export const pkcs11Binding: Bun.BunPlugin = {
  name: "pkcs11-binding",
  setup(build) {
    build.onResolve({ filter: /\/pkcs11\.node$/ }, () => ({ path: binding }));
  },
};

Bun.plugin(pkcs11Binding);

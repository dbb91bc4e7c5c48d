/** The PKCS#11 token or key that a command works on. */
import type { Pkcs11Uri } from "../../providers/pkcs11/uri.ts";
import { KmsError } from "../errors.ts";
import type { CommandContext } from "./context.ts";

/**
 * The token or key that a command works on: that of `--pkcs11`, else of `TATUM_KMS_PKCS11_URI`.
 * @throws KmsError `USAGE` when none is named
 */
export function namedTokenKey({ namedTokens: { byOption, byVariable } }: CommandContext): Pkcs11Uri {
  const uri = byOption ?? byVariable;
  if (uri !== undefined) return uri;
  throw new KmsError("USAGE", "Missing option --pkcs11: which token?", {
    hint: "Give --pkcs11=pkcs11:token=<label>;object=<name of the key>?module-path=<file>.",
  });
}

import { Tokens } from "../../../providers/pkcs11/tokens.ts";
import { Secret } from "../../../providers/secret.ts";

/** For work whose wallets have no keys in tokens. */
export const noTokens = new Tokens({
  command: ["false"],
  environment: {},
  timeLimit: 1000,
  pin: async () => new Secret(""),
});

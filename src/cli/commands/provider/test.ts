/** `provider test`: whether the chosen provider gives a secret, and whether that opens the vault. */
import { formatPkcs11Uri } from "../../../../providers/pkcs11/uri.ts";
import { defineCommand } from "../../command.ts";
import { type CommandContext, createContext } from "../../context.ts";
import { withVault } from "../../open-vault.ts";
import { vaultOptions } from "../../options.ts";
import { printJson } from "../../output.ts";

/** What `provider test` finds out. It says nothing of the secret, nor of what the vault holds. */
interface ProviderTest {
  /** The provider of the password, or `pkcs11` where a token unlocks the vault. */
  readonly provider: string;
  /** Where the secret comes from, without showing any of it. */
  readonly source: string;
  /** Whether the provider gave one. */
  readonly fetched: boolean;
  readonly unlocksVault: boolean | "no vault";
}

/**
 * Tries whether the chosen provider gives the secret, and whether that opens the vault, in the way every command does.
 *
 * @param report gets the result; also when the error that is thrown afterwards tells why it is not a good one
 * @throws ProviderError, and KmsError as {@link withVault}
 */
async function testProvider(context: CommandContext, report: (result: ProviderTest) => void): Promise<void> {
  const isVault = await context.store.isThere();
  const provider = await context.provider();
  let fetched = false;
  let source = provider.describe(context.providerContext);
  let name = provider.name;
  const watched: CommandContext = {
    ...context,
    async password(purpose) {
      const secret = await context.password(purpose);
      fetched = true;
      return secret;
    },
    chooseUnlocking(slotKinds) {
      const unlocking = context.chooseUnlocking(slotKinds);
      if (unlocking.kind === "token") [name, source] = ["pkcs11", formatPkcs11Uri(unlocking.uri)];
      return unlocking;
    },
  };
  const result = (unlocked: boolean): ProviderTest => ({
    provider: name,
    source,
    fetched: fetched || unlocked,
    unlocksVault: isVault ? unlocked : "no vault",
  });
  try {
    await (isVault ? withVault(watched, async () => {}) : fetchSecret(watched));
  } catch (error) {
    report(result(false));
    throw error;
  }
  report(result(true));
}

/** Without a vault: whether there is a password, or a token that takes its PIN. */
async function fetchSecret(context: CommandContext): Promise<void> {
  const unlocking = context.chooseUnlocking(undefined);
  if (unlocking.kind === "password") {
    await context.password("unlock");
    return;
  }
  try {
    await context.tokens.get(unlocking.uri).logIn();
  } finally {
    context.tokens.close();
  }
}

export default defineCommand({
  meta: { name: "test", description: "Try whether the provider gives the secret and it opens the vault" },
  examples: ["tatum-kms provider test --provider=file"],
  args: vaultOptions,
  async run({ args }) {
    await testProvider(await createContext(args), printJson);
  },
});

import { fileKindAt } from "../vault/vault-file.ts";
import type { CommandContext } from "./command-context.ts";
import { withVault } from "./unlock.ts";

/** What `provider test` finds out. It says nothing of the secret, nor of what the vault holds. */
export interface ProviderTest {
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
export async function testProvider(
  context: CommandContext,
  report: (result: ProviderTest) => void,
): Promise<void> {
  const provider = await context.provider();
  const source = provider.describe(context.providerContext);
  const isVault = (await fileKindAt(context.vaultPath)) !== "missing";
  let fetched = false;
  const watched: CommandContext = {
    ...context,
    async password(purpose) {
      const secret = await context.password(purpose);
      fetched = true;
      return secret;
    },
  };
  const result = (unlocked: boolean): ProviderTest => ({
    provider: provider.name,
    source,
    fetched,
    unlocksVault: isVault ? unlocked : "no vault",
  });
  try {
    await (isVault ? withVault(watched, async () => {}) : watched.password("unlock"));
  } catch (error) {
    report(result(false));
    throw error;
  }
  report(result(true));
}

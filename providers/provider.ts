import type { Prompt } from "./prompt/prompt.ts";
import type { Secret } from "./secret.ts";

/** What a provider may know: the settings of the operator and a way to ask a person. */
export interface ProviderContext {
  setting(name: string): string | undefined;
  readonly prompt: Prompt;
}

/** A source of the vault password. */
export interface SecretProvider {
  readonly name: string;
  /** What `checkconfig` and `report` print as the store's type. */
  readonly storeType: "LOCAL" | "AWS" | "AZURE" | "VGS";
  /**
   * The password of an existing vault, or of one about to be made.
   * @throws ProviderError
   */
  password(context: ProviderContext, purpose: "unlock" | "create"): Promise<Secret>;
}

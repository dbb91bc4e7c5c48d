import { afterEach, beforeEach } from "bun:test";
import type { ProviderError } from "../../providers/error.ts";
import type { ProviderContext, SecretProvider } from "../../providers/provider.ts";
import { useTemporaryFolder } from "../temporary-folder.ts";
import { failureOf } from "./provider-failure.ts";
import { type Settings, serviceContext } from "./service-context.ts";
import { FAULT_CANARY } from "./service-faults.ts";

/** The services of one cloud on this machine. */
interface StandIn {
  /** Of an operator for whom all is well. */
  readonly settings: Settings;
  /** What no error may show. */
  readonly canaries: readonly string[];
  stop(): Promise<void>;
}

/** What a test does with a provider; settings are those of the stand-in, changed where the test wants it. */
interface ProviderUse<Services extends StandIn> {
  readonly inFolder: (...names: readonly string[]) => string;
  services(): Services;
  context(more?: Settings): ProviderContext;
  /** The secret that the provider gives, with retries after so many milliseconds. */
  fetched(more?: Settings, retryDelay?: number): Promise<string>;
  /** The error that the provider ends with, in which the canaries were looked for. */
  failure(more?: Settings, canaries?: readonly string[]): Promise<ProviderError>;
}

/**
 * Gives each test of a file services of its own, and the real provider with the program's own way to them.
 *
 * @param start starts the services; they may write into the folder
 */
export function useProvider<Services extends StandIn>(
  provider: SecretProvider,
  start: (folder: string) => Services,
): ProviderUse<Services> {
  const inFolder = useTemporaryFolder();
  let services: Services;
  beforeEach(() => {
    services = start(inFolder());
  });
  afterEach(() => services.stop());

  const context = (more: Settings = {}, retryDelay?: number): ProviderContext =>
    serviceContext({ ...services.settings, ...more }, retryDelay);
  const fetched = async (more?: Settings, retryDelay?: number): Promise<string> =>
    (await provider.secret(context(more, retryDelay), "unlock")).reveal();
  return {
    inFolder,
    services: () => services,
    context,
    fetched,
    failure: (more, canaries = []) =>
      failureOf(() => fetched(more), [...services.canaries, FAULT_CANARY, ...canaries]),
  };
}

/** Makes a provider read its variables in several situations, and gives all that it asked for, in order. */
export async function variablesRead(
  provider: SecretProvider,
  contexts: readonly ProviderContext[],
): Promise<string[]> {
  const asked = new Set<string>();
  for (const context of contexts) {
    const setting = (name: string): string | undefined => {
      asked.add(name);
      return context.setting(name);
    };
    await provider.secret({ ...context, setting }, "unlock").catch(() => undefined);
  }
  return [...asked].sort();
}

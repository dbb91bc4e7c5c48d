import type { ProviderVariable } from "./provider.ts";

export function optionalVariable(name: string, description: string): ProviderVariable {
  return { name, required: false, secret: false, description };
}

/** An optional variable whose value must never be shown. */
export function optionalSecretVariable(name: string, description: string): ProviderVariable {
  return { name, required: false, secret: true, description };
}

export function requiredVariable(name: string, description: string): ProviderVariable {
  return { name, required: true, secret: false, description };
}

/** A required variable whose value must never be shown. */
export function requiredSecretVariable(name: string, description: string): ProviderVariable {
  return { name, required: true, secret: true, description };
}

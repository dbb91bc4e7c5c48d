/** Hosts outside the Tatum API for which the sandbox stands in as well, and where. */

const NAMES = ["VET", "FLOW"] as const;
export type HostName = (typeof NAMES)[number];

/** Where the stand-in of a host answers. */
export function hostPath(name: HostName): string {
  return `/sandbox/hosts/${name}`;
}

/** The variables that point the daemon to a sandbox instead of these hosts. */
export function hostVariables(sandboxUrl: string): Readonly<Record<string, string>> {
  return Object.fromEntries(NAMES.map((name) => [`TATUM_KMS_${name}_URL`, sandboxUrl + hostPath(name)]));
}

const SHOWN = 4;

/** Enough of an API key to tell which one it is: the first and last 4 characters; nothing of a short one. */
export function maskApiKey(apiKey: string): string {
  if (apiKey.length < 4 * SHOWN) return "*".repeat(apiKey.length);
  return `${apiKey.slice(0, SHOWN)}${"*".repeat(apiKey.length - 2 * SHOWN)}${apiKey.slice(-SHOWN)}`;
}

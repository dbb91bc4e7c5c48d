import { randomBytes } from "node:crypto";

interface Issued {
  readonly audience: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** The tokens that a login service gave, which the other services of its cloud know of. */
export class IssuedTokens {
  readonly #tokens = new Map<string, Issued>();

  /** @param lifetime seconds */
  issue(audience: string, lifetime = 3600): string {
    const token = `canary-token-${randomBytes(24).toString("base64url")}`;
    this.#tokens.set(token, { audience, expires: Date.now() + lifetime * 1000 });
    return token;
  }

  /** Whether an `Authorization` header has a token for this audience that is not over. */
  accepts(authorization: string | null, audience: string): boolean {
    const token = this.#tokens.get(/^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "");
    return token !== undefined && token.audience === audience && token.expires > Date.now();
  }

  get all(): readonly string[] {
    return [...this.#tokens.keys()];
  }
}

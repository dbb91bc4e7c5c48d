/** What an answer of Vault other than success means: https://developer.hashicorp.com/vault/api-docs#http-status-codes. */
import * as v from "valibot";
import { ProviderError } from "../error.ts";
import type { ServiceAnswer } from "../support/http-sender.ts";
import { refusal } from "../support/service-answer.ts";
import { TITLE } from "./server.ts";

const errorSchema = v.pipe(v.string(), v.parseJson(), v.object({ errors: v.array(v.string()) }));

/** A standby node, a performance standby that has not caught up, and nodes of a secondary cluster. */
const STANDBY = [412, 429, 472, 473];

const ACTIVE_NODE = "Set VAULT_ADDR to the address of the active node, or of a load balancer that finds it.";

function isSealed({ status, body }: ServiceAnswer): boolean {
  if (status !== 503) return false;
  const parsed = v.safeParse(errorSchema, body);
  return parsed.success && parsed.output.errors.some((error) => /sealed/i.test(error));
}

function unreachable(problem: string, hint: string): ProviderError {
  return new ProviderError("UNREACHABLE", `${TITLE} ${problem}.`, hint);
}

/**
 * @param what what was asked for, as in "token"
 * @param hint for what is refused or not found
 */
export function vaultRefusal(what: string, answer: ServiceAnswer, hint: string): ProviderError {
  const { status } = answer;
  if (isSealed(answer)) {
    return unreachable(`is sealed, so it cannot give ${what} (HTTP 503)`, "Unseal it, then try again.");
  }
  if (status >= 300 && status < 400) {
    return unreachable(
      `sends the question for ${what} on to another address, to which it is not sent (HTTP ${status})`,
      ACTIVE_NODE,
    );
  }
  if (STANDBY.includes(status)) {
    return unreachable(
      `cannot give ${what} now: it is a standby node, or asked too often (HTTP ${status})`,
      ACTIVE_NODE,
    );
  }
  return refusal(TITLE, what, answer, { hint });
}

/** The chain that a path of the API names, by ticker or by name. */
import { ApiError, validationFailed } from "./api-error.ts";
import type { SandboxChain } from "./chains/chain.ts";
import { chainOfPathName, chainOfTicker, sandboxChains } from "./chains/index.ts";
import type { ApiRequest } from "./routes.ts";

/**
 * The chain of a path such as `/v3/kms/pending/{chain}`.
 *
 * @throws ApiError 400 `validation.failed`
 */
export function tickerInPath(request: ApiRequest): SandboxChain {
  const chain = chainOfTicker(request.parameter("chain"));
  if (chain !== undefined) return chain;
  const tickers = sandboxChains.map(({ ticker }) => ticker).join(", ");
  throw validationFailed([
    { target: "path", property: "chain", constraints: { isIn: `chain must be one of: ${tickers}` } },
  ]);
}

/**
 * The chain of a path such as `/v3/{name}/broadcast`.
 *
 * @throws ApiError 404
 */
export function nameInPath(request: ApiRequest): SandboxChain {
  const chain = chainOfPathName(request.parameter("name"));
  if (chain !== undefined) return chain;
  throw new ApiError(404, "not.found", `The API has no chain named ${request.parameter("name")}.`);
}

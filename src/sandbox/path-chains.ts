import { type ApiChain, apiChains, chainOfPathName, chainOfTicker } from "./api-chains.ts";
import { ApiError, validationFailed } from "./api-error.ts";
import type { ApiRequest } from "./routes.ts";

/**
 * The chain of a path such as `/v3/kms/pending/{chain}`.
 *
 * @throws ApiError 400 `validation.failed`
 */
export function tickerInPath(request: ApiRequest): ApiChain {
  const chain = chainOfTicker(request.parameter("chain"));
  if (chain !== undefined) return chain;
  const tickers = apiChains.map(({ ticker }) => ticker).join(", ");
  throw validationFailed([
    { target: "path", property: "chain", constraints: { isIn: `chain must be one of: ${tickers}` } },
  ]);
}

/**
 * The chain of a path such as `/v3/{name}/broadcast`.
 *
 * @throws ApiError 404
 */
export function nameInPath(request: ApiRequest): ApiChain {
  const chain = chainOfPathName(request.parameter("name"));
  if (chain !== undefined) return chain;
  throw new ApiError(404, "not.found", `The API has no chain named ${request.parameter("name")}.`);
}

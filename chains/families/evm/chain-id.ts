/** The chain id, which keeps a transaction from being replayed on another network: https://eips.ethereum.org/EIPS/eip-155 */
import type { ChainEnvironment } from "../../chain.ts";
import { hexQuantity, MAX_NONCE } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import type { EvmFacts } from "./facts.ts";
import { callNode } from "./node.ts";

/**
 * The chain id to sign for: the payload's, else the node's. Each has to be one of the daemon's network, so
 * that a payload or a node can never turn a testnet wallet's transaction into a mainnet one or the reverse.
 *
 * @throws ChainError `NETWORK_MISMATCH`, `NODE_REFUSED`, `NODE_ANSWER_INVALID`
 */
export async function chainIdToSign(
  explicit: bigint | undefined,
  facts: EvmFacts,
  environment: ChainEnvironment,
): Promise<bigint> {
  if (explicit !== undefined) assertAllowed(explicit, "transaction", facts, environment);
  const { chainIdMethod, chainIdAsked } = facts.node;
  if (explicit !== undefined && chainIdAsked === "when-missing") return explicit;

  const asked = await callNode(facts, environment, chainIdMethod, [], hexQuantity(MAX_NONCE));
  assertAllowed(asked, "node", facts, environment);
  if (explicit === undefined || explicit === asked) return asked;
  throw new ChainError(
    "NETWORK_MISMATCH",
    `The transaction has chain id ${explicit}, but the node has ${asked}.`,
  );
}

function assertAllowed(
  chainId: bigint,
  source: "transaction" | "node",
  facts: EvmFacts,
  environment: ChainEnvironment,
): void {
  const allowed = allowedChainIds(facts, environment);
  if (allowed.includes(chainId)) return;
  throw new ChainError(
    "NETWORK_MISMATCH",
    `The ${source} has chain id ${chainId}, but ${facts.ticker} ${environment.network} has ` +
      `${allowed.join(" or ")}. Set ${settingName(facts)} if another network is meant.`,
  );
}

function allowedChainIds(facts: EvmFacts, environment: ChainEnvironment): readonly bigint[] {
  const setting = environment.setting(settingName(facts));
  if (setting === undefined) return facts.chainIds[environment.network];
  const otherNetwork = environment.network === "mainnet" ? "testnet" : "mainnet";
  if (!/^[1-9][0-9]{0,15}$/.test(setting) || facts.chainIds[otherNetwork].includes(BigInt(setting))) {
    throw new ChainError(
      "NETWORK_MISMATCH",
      `${settingName(facts)} must be the decimal chain id of a ${environment.network} network.`,
    );
  }
  return [BigInt(setting)];
}

function settingName(facts: EvmFacts): string {
  return `TATUM_KMS_${facts.ticker}_CHAIN_ID`;
}

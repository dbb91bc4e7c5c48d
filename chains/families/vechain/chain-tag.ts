/**
 * The chain tag of VeChainThor transactions, which ties them to one network.
 * https://docs.vechain.org/thor/learn/transaction-model
 */

import type { ChainEnvironment, Network } from "../../chain.ts";
import { ChainError } from "../../error.ts";
import { block } from "./node.ts";

/** The last bytes of the genesis blocks' ids. */
const CHAIN_TAGS: Readonly<Record<Network, bigint>> = { mainnet: 0x4an, testnet: 0x27n };
const SETTING = "TATUM_KMS_VET_CHAIN_TAG";

/**
 * The chain tag to sign for: the payload's, else the node's. It has to be that of the daemon's network, so that a
 * payload or a node can never turn a testnet wallet's transaction into a mainnet one or the reverse.
 *
 * @throws ChainError `NETWORK_MISMATCH`, `NODE_REFUSED`, `NODE_ANSWER_INVALID`
 */
export async function chainTagToSign(
  explicit: bigint | undefined,
  environment: ChainEnvironment,
): Promise<bigint> {
  const chainTag = explicit ?? BigInt(`0x${(await block("0", environment)).id.slice(-2)}`);
  const allowed = allowedTag(environment);
  if (chainTag === allowed) return chainTag;
  throw new ChainError(
    "NETWORK_MISMATCH",
    `The ${explicit === undefined ? "node" : "transaction"} has chain tag ${chainTag}, but VET ` +
      `${environment.network} has ${allowed}. Set ${SETTING} if another network is meant.`,
  );
}

function allowedTag(environment: ChainEnvironment): bigint {
  const setting = environment.setting(SETTING);
  if (setting === undefined) return CHAIN_TAGS[environment.network];
  const other = CHAIN_TAGS[environment.network === "mainnet" ? "testnet" : "mainnet"];
  const tag = /^\d{1,3}$/.test(setting) ? BigInt(setting) : undefined;
  if (tag !== undefined && tag < 256n && tag !== other) return tag;
  throw new ChainError(
    "NETWORK_MISMATCH",
    `${SETTING} must be the decimal chain tag of a ${environment.network} network.`,
  );
}

/**
 * What a signature on the BNB Beacon Chain covers besides the transfer, as the nodes tell it: chain id, account number, sequence.
 * https://github.com/bnb-chain/bnc-cosmos-sdk/blob/5f09ee6c0bd5d7039afac29d9aa19a4b21644706/x/auth/stdtx.go
 */

import * as v from "valibot";
import type { ChainEnvironment } from "../../chain.ts";
import type { JsonValue } from "../../codec/exact-json.ts";
import { MAX_UINT64, wholeNumberOrText } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";
import { readAnswer } from "../payload.ts";
import { accountId, addressOfPublicKey } from "./address.ts";
import type { SigningAccount } from "./encode.ts";
import type { TransferPayload } from "./payload.ts";

/** The ids of the networks as they were when they closed. */
const CHAIN_IDS = { mainnet: "Binance-Chain-Tigris", testnet: "Binance-Chain-Ganges" } as const;
const CHAIN_ID_SETTING = "TATUM_KMS_BNB_CHAIN_ID";
const ACCOUNTS_SETTING = "TATUM_KMS_BNB_ACCOUNTS";

const nodeInfo = v.object({ node_info: v.object({ network: v.string() }) });

const counter = wholeNumberOrText(MAX_UINT64);
const accountInfo = v.object({ account_number: counter, sequence: counter });

/**
 * The payload may say it; else the network is asked; where that no longer answers, `TATUM_KMS_BNB_ACCOUNTS` and
 * `TATUM_KMS_BNB_CHAIN_ID` say it.
 *
 * @throws ChainError `NETWORK_MISMATCH`, `NODE_ANSWER_INVALID`; the error of the Tatum API where the account is unknown.
 */
export async function signingAccount(
  payload: TransferPayload,
  publicKey: Uint8Array,
  environment: ChainEnvironment,
): Promise<SigningAccount> {
  const chainId = await chainIdOf(payload, environment);
  const { accountNumber, sequence } = payload;
  if (accountNumber !== undefined && sequence !== undefined) return { chainId, accountNumber, sequence };
  const ask = () => accountOf(addressOfPublicKey(publicKey, environment.network), environment);
  const known = await ask();
  // Blocks of this network are final: each count is a confirmed one.
  const confirmed = async () => (await ask()).sequence;
  return {
    chainId,
    accountNumber: accountNumber ?? known.accountNumber,
    sequence:
      sequence ?? (await environment.firstUnusedSequence(accountId(publicKey), known.sequence, confirmed)),
  };
}

async function chainIdOf({ chainId }: TransferPayload, environment: ChainEnvironment): Promise<string> {
  const setting = environment.setting(CHAIN_ID_SETTING);
  const expected = setting ?? CHAIN_IDS[environment.network];
  const named = chainId ?? setting ?? (await chainIdOfNode(environment)) ?? expected;
  if (named === expected) return expected;
  throw new ChainError(
    "NETWORK_MISMATCH",
    `The transaction or the node names the network ${named.slice(0, 64)}, but this is ${expected}. If that is meant, ` +
      `set ${CHAIN_ID_SETTING}.`,
  );
}

async function chainIdOfNode(environment: ChainEnvironment): Promise<string | undefined> {
  let answer: JsonValue;
  try {
    answer = await environment.askThirdParty("BNB", { method: "GET", path: "/api/v1/node-info" });
  } catch {
    environment.warn(
      "No node of the BNB Beacon Chain answers. The chain id is the one the network closed with.",
    );
    return undefined;
  }
  return readAnswer(answer, "node-info", nodeInfo).node_info.network;
}

interface Account {
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

async function accountOf(address: string, environment: ChainEnvironment): Promise<Account> {
  let answer: JsonValue;
  try {
    answer = await environment.get(`/v3/bnb/account/${address}`);
  } catch (failure) {
    const configured = configuredAccount(address, environment);
    if (configured === undefined) throw failure;
    return configured;
  }
  const { account_number, sequence } = readAnswer(answer, "account", accountInfo);
  return { accountNumber: account_number, sequence };
}

/** The setting holds `address:account number:sequence`, separated by commas. */
function configuredAccount(address: string, environment: ChainEnvironment): Account | undefined {
  const setting = environment.setting(ACCOUNTS_SETTING);
  if (setting === undefined) return undefined;
  const entries = setting
    .split(",")
    .map((entry) => /^(t?bnb1[0-9a-z]+):(\d{1,19}):(\d{1,19})$/.exec(entry.trim()));
  if (entries.includes(null)) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `${ACCOUNTS_SETTING} must hold entries of the form address:account number:sequence, separated by commas.`,
    );
  }
  const [, , accountNumber, sequence] = entries.find((entry) => entry?.[1] === address) ?? [];
  if (accountNumber === undefined || sequence === undefined) return undefined;
  return { accountNumber: BigInt(accountNumber), sequence: BigInt(sequence) };
}

/**
 * The "contracts" built into TRON, one of which is what a transaction does, and the messages they are called with.
 * https://github.com/tronprotocol/protocol/blob/master/core/Tron.proto
 * https://github.com/tronprotocol/protocol/tree/master/core/contract
 */

import { enumeration, type MessageType, message, repeated } from "./message.ts";

export interface SystemContract {
  /** Its number in the enumeration `ContractType`. */
  readonly number: number;
  readonly parameter: MessageType;
  /** The member of the parameter that is taken from the owner's balance, in sun. */
  readonly spends?: string;
}

const resource = enumeration("BANDWIDTH", "ENERGY", "TRON_POWER");

const owner = [1, "owner_address", "address"] as const;
const contract = [2, "contract_address", "address"] as const;

const permission = message(
  [1, "type", enumeration("Owner", "Witness", "Active")],
  [2, "id", "int32"],
  [3, "permission_name", "string"],
  [4, "threshold", "int64"],
  [5, "parent_id", "int32"],
  [6, "operations", "bytes"],
  [7, "keys", repeated(message([1, "address", "address"], [2, "weight", "int64"]))],
);

const abiParameter: MessageType = {
  ...message([1, "indexed", "bool"], [2, "name", "string"], [3, "type", "string"]),
  // What the Solidity compiler says besides; wallets leave it in the JSON.
  ignored: ["internalType", "components"],
};

const abiEntry = message(
  [1, "anonymous", "bool"],
  [2, "constant", "bool"],
  [3, "name", "string"],
  [4, "inputs", repeated(abiParameter)],
  [5, "outputs", repeated(abiParameter)],
  [
    6,
    "type",
    enumeration("UnknownEntryType", "Constructor", "Function", "Event", "Fallback", "Receive", "Error"),
  ],
  [7, "payable", "bool"],
  [8, "stateMutability", enumeration("UnknownMutabilityType", "Pure", "View", "Nonpayable", "Payable")],
);

const smartContract = message(
  [1, "origin_address", "address"],
  contract,
  [3, "abi", message([1, "entrys", repeated(abiEntry)])],
  [4, "bytecode", "bytes"],
  [5, "call_value", "int64"],
  [6, "consume_user_resource_percent", "int64"],
  [7, "name", "string"],
  [8, "origin_energy_limit", "int64"],
  [9, "code_hash", "bytes"],
  [10, "trx_hash", "bytes"],
  [11, "version", "int32"],
);

const assetIssue = message(
  owner,
  [2, "name", "bytes"],
  [3, "abbr", "bytes"],
  [4, "total_supply", "int64"],
  [5, "frozen_supply", repeated(message([1, "frozen_amount", "int64"], [2, "frozen_days", "int64"]))],
  [6, "trx_num", "int32"],
  [7, "precision", "int32"],
  [8, "num", "int32"],
  [9, "start_time", "int64"],
  [10, "end_time", "int64"],
  [11, "order", "int64"],
  [16, "vote_score", "int32"],
  [20, "description", "bytes"],
  [21, "url", "bytes"],
  [22, "free_asset_net_limit", "int64"],
  [23, "public_free_asset_net_limit", "int64"],
  [24, "public_free_asset_net_usage", "int64"],
  [25, "public_latest_free_net_time", "int64"],
  [41, "id", "string"],
);

const exchangeTokens = [
  owner,
  [2, "exchange_id", "int64"],
  [3, "token_id", "bytes"],
  [4, "quant", "int64"],
] as const;

/** The contracts by the name that the JSON of a transaction gives as `type`. */
export const SYSTEM_CONTRACTS: ReadonlyMap<string, SystemContract> = new Map<string, SystemContract>([
  [
    "AccountCreateContract",
    {
      number: 0,
      parameter: message(
        owner,
        [2, "account_address", "address"],
        [3, "type", enumeration("Normal", "AssetIssue", "Contract")],
      ),
    },
  ],
  [
    "TransferContract",
    {
      number: 1,
      parameter: message(owner, [2, "to_address", "address"], [3, "amount", "int64"]),
      spends: "amount",
    },
  ],
  [
    "TransferAssetContract",
    {
      number: 2,
      parameter: message(
        [1, "asset_name", "bytes"],
        [2, "owner_address", "address"],
        [3, "to_address", "address"],
        [4, "amount", "int64"],
      ),
    },
  ],
  [
    "VoteWitnessContract",
    {
      number: 4,
      parameter: message(
        owner,
        [2, "votes", repeated(message([1, "vote_address", "address"], [2, "vote_count", "int64"]))],
        [3, "support", "bool"],
      ),
    },
  ],
  ["WitnessCreateContract", { number: 5, parameter: message(owner, [2, "url", "bytes"]) }],
  ["AssetIssueContract", { number: 6, parameter: assetIssue }],
  ["WitnessUpdateContract", { number: 8, parameter: message(owner, [12, "update_url", "bytes"]) }],
  [
    "ParticipateAssetIssueContract",
    {
      number: 9,
      parameter: message(
        owner,
        [2, "to_address", "address"],
        [3, "asset_name", "bytes"],
        [4, "amount", "int64"],
      ),
      spends: "amount",
    },
  ],
  [
    "AccountUpdateContract",
    { number: 10, parameter: message([1, "account_name", "bytes"], [2, "owner_address", "address"]) },
  ],
  [
    "FreezeBalanceContract",
    {
      number: 11,
      parameter: message(
        owner,
        [2, "frozen_balance", "int64"],
        [3, "frozen_duration", "int64"],
        [10, "resource", resource],
        [15, "receiver_address", "address"],
      ),
      spends: "frozen_balance",
    },
  ],
  [
    "UnfreezeBalanceContract",
    {
      number: 12,
      parameter: message(owner, [10, "resource", resource], [15, "receiver_address", "address"]),
    },
  ],
  ["WithdrawBalanceContract", { number: 13, parameter: message(owner) }],
  ["UnfreezeAssetContract", { number: 14, parameter: message(owner) }],
  [
    "UpdateAssetContract",
    {
      number: 15,
      parameter: message(
        owner,
        [2, "description", "bytes"],
        [3, "url", "bytes"],
        [4, "new_limit", "int64"],
        [5, "new_public_limit", "int64"],
      ),
    },
  ],
  [
    "ProposalApproveContract",
    {
      number: 17,
      parameter: message(owner, [2, "proposal_id", "int64"], [3, "is_add_approval", "bool"]),
    },
  ],
  ["ProposalDeleteContract", { number: 18, parameter: message(owner, [2, "proposal_id", "int64"]) }],
  [
    "SetAccountIdContract",
    { number: 19, parameter: message([1, "account_id", "bytes"], [2, "owner_address", "address"]) },
  ],
  [
    "CreateSmartContract",
    {
      number: 30,
      parameter: message(
        owner,
        [2, "new_contract", smartContract],
        [3, "call_token_value", "int64"],
        [4, "token_id", "int64"],
      ),
    },
  ],
  [
    "TriggerSmartContract",
    {
      number: 31,
      parameter: message(
        owner,
        contract,
        [3, "call_value", "int64"],
        [4, "data", "bytes"],
        [5, "call_token_value", "int64"],
        [6, "token_id", "int64"],
      ),
      spends: "call_value",
    },
  ],
  [
    "UpdateSettingContract",
    { number: 33, parameter: message(owner, contract, [3, "consume_user_resource_percent", "int64"]) },
  ],
  [
    "ExchangeCreateContract",
    {
      number: 41,
      parameter: message(
        owner,
        [2, "first_token_id", "bytes"],
        [3, "first_token_balance", "int64"],
        [4, "second_token_id", "bytes"],
        [5, "second_token_balance", "int64"],
      ),
    },
  ],
  ["ExchangeInjectContract", { number: 42, parameter: message(...exchangeTokens) }],
  ["ExchangeWithdrawContract", { number: 43, parameter: message(...exchangeTokens) }],
  [
    "ExchangeTransactionContract",
    { number: 44, parameter: message(...exchangeTokens, [5, "expected", "int64"]) },
  ],
  [
    "UpdateEnergyLimitContract",
    { number: 45, parameter: message(owner, contract, [3, "origin_energy_limit", "int64"]) },
  ],
  [
    "AccountPermissionUpdateContract",
    {
      number: 46,
      parameter: message(
        owner,
        [2, "owner", permission],
        [3, "witness", permission],
        [4, "actives", repeated(permission)],
      ),
    },
  ],
  ["ClearABIContract", { number: 48, parameter: message(owner, contract) }],
  ["UpdateBrokerageContract", { number: 49, parameter: message(owner, [2, "brokerage", "int32"]) }],
  [
    "FreezeBalanceV2Contract",
    {
      number: 54,
      parameter: message(owner, [2, "frozen_balance", "int64"], [3, "resource", resource]),
      spends: "frozen_balance",
    },
  ],
  [
    "UnfreezeBalanceV2Contract",
    {
      number: 55,
      parameter: message(owner, [2, "unfreeze_balance", "int64"], [3, "resource", resource]),
    },
  ],
  ["WithdrawExpireUnfreezeContract", { number: 56, parameter: message(owner) }],
  [
    "DelegateResourceContract",
    {
      number: 57,
      parameter: message(
        owner,
        [2, "resource", resource],
        [3, "balance", "int64"],
        [4, "receiver_address", "address"],
        [5, "lock", "bool"],
        [6, "lock_period", "int64"],
      ),
    },
  ],
  [
    "UnDelegateResourceContract",
    {
      number: 58,
      parameter: message(
        owner,
        [2, "resource", resource],
        [3, "balance", "int64"],
        [4, "receiver_address", "address"],
      ),
    },
  ],
  ["CancelAllUnfreezeV2Contract", { number: 59, parameter: message(owner) }],
]);

/**
 * Members of signed transactions that intents do not show, for each chain, and why none of them moves money or
 * authority. The fuzzer lets two transactions with the same intents differ in these members and in nothing else.
 */

/** Which transaction of the account it is. A wrong one makes the network refuse or wait. */
const SEQUENCE = ["nonce"];
/** The fee is within the bound of the chain; where the payload decides it, it is shown. */
const EVM = [...SEQUENCE, "gas", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "accessList", "type"];
/** Which coins are spent: they are the wallet's own, and their sum shows in the fee. Lock times only delay. */
const UTXO = ["outpoints", "sequences", "lockTime", "version"];

export const hiddenFields: Readonly<Record<string, readonly string[]>> = {
  ADA: ["inputs", "ttl"],
  ALGO: ["fv", "lv", "gen", "lx", "grp"],
  BCH: UTXO,
  BNB: ["accountNumber", "sequence", "source"],
  BSC: EVM,
  BTC: UTXO,
  CELO: EVM,
  DOGE: UTXO,
  EGLD: [...SEQUENCE, "gasPrice", "gasLimit", "version", "options"],
  ETH: EVM,
  FLOW: ["reference_block_id", "gas_limit", "payer", "proposal_key"],
  KCS: EVM,
  KLAY: EVM,
  LTC: UTXO,
  MATIC: EVM,
  ONE: EVM,
  SOL: ["lifetimeToken"],
  TRON: ["ref_block_bytes", "ref_block_hash", "ref_block_num", "expiration", "timestamp"],
  VET: ["blockRef", "expiration", "gasPriceCoef", "gas", "dependsOn", ...SEQUENCE],
  XDC: EVM,
  // A fee bump is paid with the outer fee; its inner signatures are others'.
  XLM: ["seqNum", "cond", "timeBounds", "innerFee", "innerSignatures"],
  XRP: ["Sequence", "TicketSequence", "LastLedgerSequence", "AccountTxnID"],
};

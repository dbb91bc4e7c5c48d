/**
 * Members of signed transactions that intents do not show, for each chain, and why none of them moves money or
 * authority. The fuzzer lets two transactions with the same intents differ in these members and in nothing else.
 */

type Reasons = Readonly<Record<string, string>>;

const ORDER = "which transaction of the account it is; a wrong one waits or is refused";
const LIFETIME = "when the network takes it; it can only be refused";
const FEE_PART = "a part of the fee, which has a bound and is shown where the payload decides all of it";

const EVM: Reasons = {
  nonce: ORDER,
  gas: FEE_PART,
  gasPrice: FEE_PART,
  maxFeePerGas: FEE_PART,
  maxPriorityFeePerGas: FEE_PART,
  accessList: "storage that is paid for beforehand: it changes the gas that is used, within the limit",
  type: "the form of the same transaction",
};

const UTXO: Reasons = {
  outpoints:
    "which coins of the wallet are spent: only its own can be signed for, and their sum shows in the fee",
  sequences: LIFETIME,
  lockTime: LIFETIME,
  version: "the form of the same transaction",
};

export const hiddenFields: Readonly<Record<string, Reasons>> = {
  ADA: { inputs: UTXO["outpoints"] ?? "", ttl: LIFETIME },
  ALGO: {
    fv: LIFETIME,
    lv: LIFETIME,
    lx: "keeps others with the same lease out while it lives",
    gen: "the name of the network, whose genesis hash is checked",
    grp: "which transactions it lands together with, or not at all; each of them is signed by itself",
  },
  BCH: UTXO,
  BNB: {
    accountNumber: "the number that the network gave the account",
    sequence: ORDER,
    source: "the program that made it; the network does nothing with it",
  },
  BSC: EVM,
  BTC: UTXO,
  CELO: EVM,
  DOGE: UTXO,
  EGLD: {
    nonce: ORDER,
    gasPrice: FEE_PART,
    gasLimit: FEE_PART,
    version: "the form of the same transaction",
    options: "whether the text or its hash is signed; a guardian is refused",
    chainID: "which of the test networks; that of the main network is checked",
  },
  ETH: EVM,
  FLOW: {
    reference_block_id: LIFETIME,
    gas_limit: "the most that the payer's computation may take",
    payer: "an account of the Tatum API, which pays and signs for itself",
    proposal_key: "an account of the Tatum API, whose sequence number is used up",
  },
  KCS: EVM,
  KLAY: EVM,
  LTC: UTXO,
  MATIC: EVM,
  ONE: EVM,
  SOL: {
    lifetimeToken: LIFETIME,
    decimals: "of the token that is transferred; the network refuses a wrong number",
    writable:
      "which accounts may be written to: a known instruction that lacks the right fails, one that is not decoded shows it",
  },
  TRON: {
    ref_block_bytes: LIFETIME,
    ref_block_hash: LIFETIME,
    ref_block_num: LIFETIME,
    expiration: LIFETIME,
    timestamp: "when it was made; the network does nothing with it",
    permission_id:
      "which of the account's permissions the signature counts for; the account decided what it may do",
    provider: "the network does nothing with it",
    contractname: "the network does nothing with it",
    scripts: "the network does nothing with it",
  },
  VET: {
    nonce: "makes two equal transactions different ones",
    blockRef: LIFETIME,
    expiration: LIFETIME,
    dependsOn: "which transaction has to land first",
    gas: FEE_PART,
    gasPriceCoef: FEE_PART,
  },
  XDC: EVM,
  XLM: {
    seqNum: ORDER,
    cond: LIFETIME,
    timeBounds: LIFETIME,
    innerFee: "a fee bump is paid with the outer fee",
    innerSignatures: "signatures of others",
  },
  XRP: {
    Sequence: ORDER,
    TicketSequence: ORDER,
    LastLedgerSequence: LIFETIME,
    AccountTxnID: "which transaction has to land first",
  },
};

/** The XRP Ledger in the weeks: payments in drops. https://xrpl.org/docs/references/protocol/transactions */
import { sha512 } from "@noble/hashes/sha2.js";
import { decode } from "ripple-binary-codec";
import { deriveAddress, deriveKeypair, generateSeed } from "ripple-keypairs";
import { type ChainModel, hex } from "./chain-model.ts";

const recipient = "rwEPBtnUZrkCD6cWoPcQUdMYVDxq1MB71v";
const TRANSACTION_ID_PREFIX = Buffer.from("TXN\0");
/** Some twenty-two hours, since the fast clock runs far while a machine is busy. */
const WINDOW = 20_000;

interface Fields {
  readonly Account: string;
  /** Absent where nobody is paid. */
  readonly Amount?: string;
  readonly Fee: string;
  readonly Sequence: number;
  readonly LastLedgerSequence?: number;
  readonly TxnSignature?: string;
}

export const xrpLedger: ChainModel = {
  ticker: "XRP",
  pathName: "xrp",
  uniqueness: "sequence",
  blockTime: 4_000,
  finality: 4_000,
  window: WINDOW,
  wallet(signatureId, privateKey) {
    const secret = generateSeed({ entropy: privateKey.slice(0, 16), algorithm: "ed25519" });
    const address = deriveAddress(deriveKeypair(secret).publicKey);
    return { signatureId, address, privateKey, entry: { address, secret, chain: "XRP", testnet: false } };
  },
  serialize({ wallet, amount, number = 1n, fee = 12n, height, blocks = WINDOW }) {
    return JSON.stringify({
      TransactionType: "Payment",
      Account: wallet.address,
      Destination: recipient,
      Amount: String(amount),
      Fee: String(fee),
      Sequence: Number(number),
      LastLedgerSequence: Number(height) + blocks,
      Flags: 0,
    });
  },
  read(payload) {
    const fields = decode(payload) as unknown as Fields;
    if (fields.TxnSignature === undefined) throw new Error("it is not signed");
    const id = sha512(Buffer.concat([TRANSACTION_ID_PREFIX, Buffer.from(payload, "hex")])).slice(0, 32);
    return {
      transactionId: hex(id).toUpperCase(),
      account: fields.Account,
      amount: BigInt(fields.Amount ?? 0),
      fee: BigInt(fields.Fee),
      number: BigInt(fields.Sequence),
      ...(fields.LastLedgerSequence !== undefined && { lastHeight: BigInt(fields.LastLedgerSequence) }),
    };
  },
  words: {
    known: "The same exact transaction has already been applied. tefALREADY",
    landed: "tefALREADY",
    used: "This sequence number has already passed. tefPAST_SEQ",
    expired: "Ledger sequence too high. tefMAX_LEDGER",
    conflict: "telCAN_NOT_QUEUE_FEE",
    "too-early": "Missing/inapplicable prior transaction. terPRE_SEQ",
    poor: "Insufficient XRP balance to send. tecUNFUNDED_PAYMENT",
  },
};

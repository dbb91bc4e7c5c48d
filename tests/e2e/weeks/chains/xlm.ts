/** Stellar in the weeks: payments of lumens. https://developers.stellar.org/docs/learn/fundamentals/transactions */
import {
  Account,
  Asset,
  Keypair,
  Networks,
  Operation,
  type Transaction,
  TransactionBuilder,
} from "@stellar/stellar-sdk/base";
import { type ChainModel, hex } from "./chain-model.ts";

const recipient = Keypair.fromRawEd25519Seed(Buffer.alloc(32, 9)).publicKey();
const STROOPS_IN_LUMEN = 10_000_000n;
/** Some twenty-eight hours, since the fast clock runs far while a machine is busy. */
const WINDOW = 20_000;

function lumens(stroops: bigint): string {
  return `${stroops / STROOPS_IN_LUMEN}.${String(stroops % STROOPS_IN_LUMEN).padStart(7, "0")}`;
}

function stroops(amount: string): bigint {
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole) * STROOPS_IN_LUMEN + BigInt(fraction.padEnd(7, "0"));
}

export const stellar: ChainModel = {
  ticker: "XLM",
  pathName: "xlm",
  uniqueness: "sequence",
  blockTime: 5_000,
  finality: 5_000,
  window: WINDOW,
  takesAgain: true,
  wallet(signatureId, privateKey) {
    const pair = Keypair.fromRawEd25519Seed(Buffer.from(privateKey));
    const address = pair.publicKey();
    return {
      signatureId,
      address,
      privateKey,
      entry: { address, secret: pair.secret(), chain: "XLM", testnet: false },
    };
  },
  serialize({ wallet, amount, number = 1n, fee = 100n, time, blocks = WINDOW }) {
    const last = Math.floor((time + blocks * this.blockTime) / 1000);
    return new TransactionBuilder(new Account(wallet.address, String(number - 1n)), {
      fee: String(fee),
      networkPassphrase: Networks.PUBLIC,
      timebounds: { minTime: 0, maxTime: last },
    })
      .addOperation(
        Operation.payment({ destination: recipient, asset: Asset.native(), amount: lumens(amount) }),
      )
      .build()
      .toXDR();
  },
  read(payload) {
    const transaction = TransactionBuilder.fromXDR(payload, Networks.PUBLIC) as Transaction;
    const [operation] = transaction.operations;
    if (operation?.type !== "payment" && operation?.type !== "bumpSequence")
      throw new Error("it is neither a payment nor pays nobody");
    const hash = transaction.hash();
    const signature = transaction.signatures[0]?.signature;
    const bytes = signature === undefined ? undefined : Buffer.from(signatureBytes(signature));
    if (bytes === undefined || !Keypair.fromPublicKey(transaction.source).verify(hash, bytes))
      throw new Error("it is not signed");
    return {
      transactionId: hex(hash),
      account: transaction.source,
      amount: operation.type === "payment" ? stroops(operation.amount) : 0n,
      fee: BigInt(transaction.fee),
      number: BigInt(transaction.sequence),
      ...(transaction.timeBounds && { lastTime: Number(transaction.timeBounds.maxTime) * 1000 }),
    };
  },
  words: {
    known: "tx_duplicate",
    landed: "tx_bad_seq",
    used: "tx_bad_seq",
    expired: "tx_too_late",
    conflict: "tx_bad_seq",
    "too-early": "tx_bad_seq",
    poor: "tx_insufficient_balance",
  },
};

/** The SDK gives the bytes bare or in an object of the protocol. */
function signatureBytes(signature: unknown): Uint8Array {
  if (signature instanceof Uint8Array) return signature;
  if (typeof signature === "function") return signatureBytes((signature as () => unknown)());
  return (signature as { readonly value: Uint8Array }).value;
}

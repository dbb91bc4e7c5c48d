/** Stellar in the sandbox: a payment of lumens in an envelope without signatures. */
import type { Network } from "../../../chains/chain.ts";
import { jsonResponse } from "../api-error.ts";
import type { Route } from "../routes.ts";
import {
  type ExamplePayment,
  type ExampleWallet,
  type KnownOfNetwork,
  readTransactions,
  type SandboxChain,
} from "./chain.ts";

const STROOPS = 10_000_000n;
const FEE_STROOPS = 100;
/** Invented: where all accounts begin. */
const SEQUENCE = 1_000_000n;

/** An envelope with one payment of lumens, not signed. */
async function payment(wallet: ExampleWallet): Promise<ExamplePayment> {
  const { signatureId, address, to = address, index } = wallet;
  const { decodeStrkey } = await import("../../../chains/families/stellar/address.ts");
  const xdr = await import("@stellar/stellar-sdk/xdr");
  const account = (text: string) => xdr.MuxedAccount.keyTypeEd25519(decodeStrkey("account ID", text));
  const payment = new xdr.PaymentOp({
    destination: account(to),
    asset: xdr.Asset.assetTypeNative(),
    amount: STROOPS,
  });
  const tx = new xdr.Transaction({
    sourceAccount: account(address),
    fee: FEE_STROOPS,
    seqNum: SEQUENCE,
    cond: xdr.Preconditions.precondNone(),
    memo: xdr.Memo.memoNone(),
    operations: [new xdr.Operation({ sourceAccount: null, body: xdr.OperationBody.payment(payment) })],
    ext: xdr.TransactionExt.v0(),
  });
  const envelope = xdr.TransactionEnvelope.envelopeTypeTx(
    new xdr.TransactionV1Envelope({ tx, signatures: [] }),
  );
  return {
    chain: "XLM",
    serializedTransaction: envelope.toXdr("base64"),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

/** The hash of the transaction in an envelope, which the network takes part in. */
async function transactionId(txData: string, network: Network): Promise<string | undefined> {
  const { TransactionEnvelope } = await import("@stellar/stellar-sdk/xdr");
  const { transactionHash } = await import("../../../chains/families/stellar/encode.ts");
  try {
    const envelope = TransactionEnvelope.fromXdr(txData, "base64");
    return Buffer.from(transactionHash(envelope, network)).toString("hex");
  } catch {
    return undefined;
  }
}

/** The sequence number of the account's last transaction. */
async function lastSequence(account: string, envelopes: Iterable<string>): Promise<bigint> {
  const { TransactionEnvelope } = await import("@stellar/stellar-sdk/xdr");
  const { encodeStrkey } = await import("../../../chains/families/stellar/address.ts");
  const { innerTransaction, sourceAccount } = await import("../../../chains/families/stellar/payload.ts");
  const numbers = readTransactions(envelopes, (text) => TransactionEnvelope.fromXdr(text, "base64"))
    .filter((envelope) => encodeStrkey("account ID", sourceAccount(envelope)) === account)
    .map((envelope) => innerTransaction(envelope).seqNum);
  return numbers.reduce((highest, number) => (number > highest ? number : highest), SEQUENCE - 1n);
}

function endpoints({ broadcasts }: KnownOfNetwork): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v3/xlm/account/:account",
      handle: async (request) => {
        const account = request.parameter("account");
        const sequence = await lastSequence(account, broadcasts.accepted("XLM").values());
        return jsonResponse({ account_id: account, sequence: String(sequence) });
      },
    },
  ];
}

export const stellar: SandboxChain = {
  ticker: "XLM",
  pathName: "xlm",
  kind: "other",
  transactionId,
  examples: { payment: payment },
  endpoints,
};

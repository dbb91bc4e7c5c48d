/**
 * The intents of a Stellar transaction, read from its envelope alone.
 * https://github.com/stellar/stellar-xdr
 */

import { bytesToHex } from "@noble/curves/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Asset, ChangeTrustAsset, Memo, MuxedAccount, Operation } from "@stellar/stellar-sdk/xdr";
import type { Intent, PendingTransaction } from "../../chain.ts";
import { accountAddress, encodeStrkey, muxedAddress } from "./address.ts";
import { type Envelope, feeOf, innerTransaction, parsePayload, sourceAccount } from "./payload.ts";

/** An asset that is not a share of a liquidity pool. */
type NamedAsset = Asset | Exclude<ChangeTrustAsset, { readonly type: "assetTypePoolShare" }>;

const CODE = /^[0-9A-Za-z]{1,12}$/;

/** `XLM`, or the code of an asset and its issuer: `CODE:G...`. A code that is not one is shown as hex of its bytes. */
function assetName(asset: NamedAsset): string {
  if (asset.type === "assetTypeNative") return "XLM";
  const { assetCode, issuer } = asset.value;
  const bytes = assetCode.value;
  const code = Buffer.from(bytes).toString("latin1").replace(/\0+$/, "");
  return `${CODE.test(code) ? code : `0x${bytesToHex(bytes)}`}:${accountAddress(issuer)}`;
}

/**
 * What a pending transaction does: operation by operation, memo, fee. Amounts are in units of 10^-7; an asset is `XLM` or
 * `CODE:ISSUER`.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function describeTransaction(pending: PendingTransaction): readonly Intent[] {
  const envelope = parsePayload(pending);
  const transaction = innerTransaction(envelope);
  const source = sourceAddress(envelope);
  return [
    ...transaction.operations.map((operation) => intentOf(operation, source)),
    ...intentsOfMemo(transaction.memo),
    { kind: "fee", amount: String(feeOf(envelope)), asset: "XLM", ...feeSource(envelope) },
  ];
}

/** Who pays for a fee bump. */
function feeSource(envelope: Envelope): { readonly from?: string } {
  return envelope.type === "envelopeTypeTxFeeBump"
    ? { from: muxedAddress(envelope.feeBump.tx.feeSource) }
    : {};
}

function sourceAddress(envelope: Envelope): string {
  const transaction = innerTransaction(envelope);
  const source: MuxedAccount | undefined =
    "sourceAccount" in transaction ? transaction.sourceAccount : undefined;
  return source === undefined ? encodeStrkey("account ID", sourceAccount(envelope)) : muxedAddress(source);
}

function intentOf(operation: Operation, source: string): Intent {
  const { sourceAccount: own, body } = operation;
  const from = own === null ? source : muxedAddress(own);
  switch (body.type) {
    case "createAccount": {
      const { destination, startingBalance } = body.createAccountOp;
      const to = accountAddress(destination);
      return { kind: "transfer", from, to, amount: String(startingBalance), asset: "XLM" };
    }
    case "payment": {
      const { destination, asset, amount } = body.paymentOp;
      const to = muxedAddress(destination);
      return { kind: "transfer", from, to, amount: String(amount), asset: assetName(asset) };
    }
    case "pathPaymentStrictReceive": {
      const { destination, sendAsset, sendMax, destAsset, destAmount, path } =
        body.pathPaymentStrictReceiveOp;
      const assets = exchanged([sendAsset, sendMax], [destAsset, destAmount], path);
      return call(body.type, from, muxedAddress(destination), assets);
    }
    case "pathPaymentStrictSend": {
      const { destination, sendAsset, sendAmount, destAsset, destMin, path } = body.pathPaymentStrictSendOp;
      const assets = exchanged([sendAsset, sendAmount], [destAsset, destMin], path);
      return call(body.type, from, muxedAddress(destination), assets);
    }
    case "accountMerge":
      return call(body.type, from, muxedAddress(body.destination), []);
    case "changeTrust": {
      const { line, limit } = body.changeTrustOp;
      if (line.type === "assetTypePoolShare") break;
      return call(body.type, from, from, [assetName(line), String(limit)]);
    }
  }
  return opaque(operation, from);
}

function call(method: string, from: string, to: string, values: readonly string[]): Intent {
  return { kind: "contract-call", from, to, amount: "0", method, arguments: values };
}

/** What a path payment gives, what arrives, and the assets between the two. */
function exchanged(
  [givenAsset, given]: readonly [Asset, bigint],
  [takenAsset, taken]: readonly [Asset, bigint],
  path: readonly Asset[],
): readonly string[] {
  return [assetName(givenAsset), String(given), assetName(takenAsset), String(taken), ...path.map(assetName)];
}

function opaque(operation: Operation, from: string): Intent {
  const digest = bytesToHex(sha256(operation.toXdr()));
  return {
    kind: "opaque",
    reason: `an operation ${operation.body.type} for ${from} that is not decoded (SHA-256 ${digest})`,
  };
}

function intentsOfMemo(memo: Memo): readonly Intent[] {
  switch (memo.type) {
    case "memoNone":
      return [];
    case "memoText":
      return [{ kind: "data", field: memo.type, hex: bytesToHex(memo.text.bytes) }];
    case "memoId":
      return [{ kind: "data", field: memo.type, hex: memo.id.toString(16).padStart(16, "0") }];
    case "memoHash":
      return [{ kind: "data", field: memo.type, hex: bytesToHex(memo.hash.value) }];
    case "memoReturn":
      return [{ kind: "data", field: memo.type, hex: bytesToHex(memo.retHash.value) }];
  }
}

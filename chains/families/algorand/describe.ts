/**
 * The intents of an Algorand transaction, read from its payload alone.
 * https://dev.algorand.co/concepts/transactions/reference/
 */

import { bytesToHex } from "@noble/hashes/utils.js";
import type { Intent, Network, PendingTransaction } from "../../chain.ts";
import { addressOfPublicKey } from "./address.ts";
import type { PackedMap, PackedValue } from "./encode.ts";
import { parsePayload, type TransactionPayload } from "./payload.ts";
import { ASSET_PARAMETERS } from "./transaction-members.ts";

/**
 * What a pending transaction does. Asset amounts are in units of the asset, whose name is its number.
 *
 * @throws ChainError `INVALID_TRANSACTION`, `NETWORK_MISMATCH`
 */
export function describeTransaction(
  pending: PendingTransaction,
  network: Network,
  ticker: string,
): readonly Intent[] {
  const payload = parsePayload(pending, network);
  const { packed } = payload;
  const from = addressOfPublicKey(payload.sender);
  const { rekey, note, fee } = packed;
  return [
    ...actions(payload, from, ticker),
    ...(rekey === undefined ? [] : [call("rekey", from, addressText(rekey), [])]),
    ...(note instanceof Uint8Array && note.length > 0
      ? [{ kind: "data", hex: bytesToHex(note) } as const]
      : []),
    { kind: "fee", amount: amountText(fee), asset: ticker },
  ];
}

function actions({ type, packed }: TransactionPayload, from: string, ticker: string): readonly Intent[] {
  switch (type) {
    case "pay": {
      const { rcv, amt, close } = packed;
      const transfer: Intent = {
        kind: "transfer",
        from,
        to: addressText(rcv),
        amount: amountText(amt),
        asset: ticker,
      };
      return [transfer, ...closing(from, close, ticker)];
    }
    case "axfer": {
      const { arcv, aamt, xaid, asnd, aclose } = packed;
      const asset = amountText(xaid);
      // The clawback account of an asset moves units of others.
      const owner = asnd === undefined ? from : addressText(asnd);
      const transfer: Intent = {
        kind: "transfer",
        from: owner,
        to: addressText(arcv),
        amount: amountText(aamt),
        asset,
      };
      return [transfer, ...closing(from, aclose, asset)];
    }
    case "afrz": {
      const { faid, fadd, afrz } = packed;
      const method = afrz === true ? "asset-freeze" : "asset-unfreeze";
      return [call(method, from, addressText(fadd), [amountText(faid)])];
    }
    default:
      return [assetConfiguration(packed, from)];
  }
}

/** Everything that is left goes to an account; how much that will be, nobody knows before. */
function closing(from: string, to: PackedValue | undefined, asset: string): readonly Intent[] {
  return to === undefined ? [] : [call("close-remainder-to", from, addressText(to), [asset])];
}

function assetConfiguration({ caid, apar }: PackedMap, from: string): Intent {
  const parameters = apar as PackedMap;
  const texts = ASSET_PARAMETERS.flatMap(({ name, packed }) => {
    const value = parameters[packed];
    return value === undefined || isEmptyValue(value) ? [] : `${name}: ${parameterText(name, value)}`;
  });
  if (!caid) return call("asset-create", from, from, texts);
  // Without any parameter left, the same transaction destroys the asset.
  const method = texts.length > 0 ? "asset-configure" : "asset-destroy";
  return call(method, from, from, [amountText(caid), ...texts]);
}

function isEmptyValue(value: PackedValue): boolean {
  return value === 0n || value === false || value === "";
}

function parameterText(name: string, value: PackedValue): string {
  if (!(value instanceof Uint8Array)) return String(value);
  return name === "assetMetadataHash" ? bytesToHex(value) : addressText(value);
}

function call(method: string, from: string, to: string, values: readonly string[]): Intent {
  return { kind: "contract-call", from, to, amount: "0", method, arguments: values };
}

/** The zero address is the one that the encoding leaves out. */
function addressText(publicKey: PackedValue | undefined): string {
  return addressOfPublicKey(publicKey instanceof Uint8Array ? publicKey : new Uint8Array(32));
}

function amountText(value: PackedValue | undefined): string {
  return String(value ?? 0n);
}

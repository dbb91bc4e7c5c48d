import type {
  Chain,
  Network,
  PendingTransaction,
  Signer,
  SigningRequest,
  WalletFields,
} from "../../../../chains/chain.ts";
import { stringifyExactJson } from "../../../../chains/codec/exact-json.ts";

/** The private key of the example in EIP-155. */
export const PRIVATE_KEY = "0x4646464646464646464646464646464646464646464646464646464646464646";
/** Its address. */
export const SENDER = "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f";
export const RECIPIENT = "0x3535353535353535353535353535353535353535";

const SIGNATURE_ID = "e3015fc0-2112-4c8a-b8bf-353b86f63ba5";

/** A wallet as a signer: known to the vault by a signature ID. */
export function signerOf(
  signatureId: string,
  wallet: WalletFields,
  chain: Chain,
  network: Network,
  index?: number,
): Signer {
  return {
    signatureId,
    kind: wallet.mnemonic === undefined ? "private-key" : "mnemonic",
    ...(index !== undefined && { index }),
    key: async (at = 0) => chain.parsePrivateKey(chain.derivePrivateKey(wallet, at, network), network).key,
  };
}

/** A pending transaction with this payload; text is taken as it is. */
export function pendingOf(payload: unknown, more: Partial<PendingTransaction> = {}): PendingTransaction {
  return {
    id: "5e68c66581f2ee32bc354087",
    chain: "ETH",
    serializedTransaction: typeof payload === "string" ? payload : stringifyExactJson(payload),
    hashes: [SIGNATURE_ID],
    signatures: [],
    ...more,
  };
}

/** A request to sign this payload with {@link PRIVATE_KEY}. */
export function requestOf(
  chain: Chain,
  payload: unknown,
  more?: Partial<PendingTransaction>,
): SigningRequest {
  return {
    transaction: pendingOf(payload, more),
    signers: [signerOf(SIGNATURE_ID, { privateKey: PRIVATE_KEY }, chain, "testnet")],
  };
}

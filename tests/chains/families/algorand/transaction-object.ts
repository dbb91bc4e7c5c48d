import algosdk from "algosdk";
import { algorand } from "../../../../chains/algo.ts";
import type { Network, PendingTransaction, SigningRequest } from "../../../../chains/chain.ts";
import { stringifyExactJson } from "../../../../chains/codec/exact-json.ts";
import { GENESIS } from "../../../../chains/families/algorand/networks.ts";
import { signerOf } from "../../offline-signing-vectors.ts";

/** The account of the tests of Algorand's own SDKs (such as `tests/7.AlgoSDK.js` of algorand/js-algorand-sdk). */
export const MNEMONIC =
  "advice pudding treat near rule blouse same whisper inner electric quit surface sunny dismiss leader blood seat " +
  "clown cost exist hospital century reform able sponsor";
export const SENDER = "47YPQTIGQEO7T4Y4RWDYWEKV6RTR2UNBQXBABEEGM72ESWDQNCQ52OPASU";
export const RECEIVER = "PNWOET7LLOWMBMLE4KOCELCX6X3D3Q4H2Q4QJASYIEOF7YIPPQBG3YQ5YI";
export const OTHER = "IDUTJEUIEVSMXTU4LGTJWZ2UE2E6TIODUKU6UW3FU3UKIQQ77RLUBBBFLA";

const SIGNATURE_ID = "26117108-223b-41d0-9e63-b299b21a6277";

/** An address as the older algosdk wrote it into JSON. */
export function addressJson(address: string): { publicKey: Uint8Array; checksum: Uint8Array } {
  const decoded = algosdk.Address.fromString(address);
  return { publicKey: Uint8Array.from(decoded.publicKey), checksum: Uint8Array.from(decoded.checksum()) };
}

/** What every transaction of {@link SENDER} has. */
export function common(type: string, network: Network = "mainnet"): Record<string, unknown> {
  return {
    name: "Transaction",
    tag: Buffer.from("TX"),
    type,
    from: addressJson(SENDER),
    fee: 1000,
    firstRound: 12_466,
    lastRound: 13_466,
    genesisID: GENESIS[network].id,
    genesisHash: Buffer.from(GENESIS[network].hash, "base64"),
    note: {},
    lease: {},
    appArgs: [],
    flatFee: true,
  };
}

export function payment(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { ...common("pay"), to: addressJson(RECEIVER), amount: 5, ...more };
}

/** A pending transaction with this payload; text is taken as it is. */
export function pendingOf(payload: unknown): PendingTransaction {
  return {
    id: "64e9b65751d2cdbf41c10ae7",
    chain: "ALGO",
    serializedTransaction: typeof payload === "string" ? payload : stringifyExactJson(payload),
    hashes: [SIGNATURE_ID],
    signatures: [],
  };
}

/** A request to sign this payload with the key of {@link SENDER}, or another one. */
export function requestOf(payload: unknown, secret = MNEMONIC): SigningRequest {
  return {
    transaction: pendingOf(payload),
    signers: [signerOf(SIGNATURE_ID, { privateKey: secret }, algorand)],
  };
}

/** Algorand in the sandbox: a payment as algosdk writes it, and transaction ids. */
import { sha512_256 } from "@noble/hashes/sha2.js";
import { base32nopad } from "@scure/base";
import type { ExamplePayment, ExampleWallet, SandboxChain } from "./chain.ts";

const AMOUNT_MICROALGO = 100_000;
const FEE_MICROALGO = 1000;
/** Invented. */
const ROUND = 40_000_000;

/** The JSON of a transaction object of algosdk. */
async function payment(wallet: ExampleWallet): Promise<ExamplePayment> {
  const { signatureId, address, to = address, network } = wallet;
  const { GENESIS } = await import("../../../chains/families/algorand/networks.ts");
  const transaction = {
    name: "Transaction",
    tag: Buffer.from("TX"),
    type: "pay",
    from: await addressJson(address),
    to: await addressJson(to),
    amount: AMOUNT_MICROALGO,
    note: {},
    flatFee: true,
    fee: FEE_MICROALGO,
    firstRound: ROUND,
    lastRound: ROUND + 1000,
    genesisID: GENESIS[network].id,
    genesisHash: Buffer.from(GENESIS[network].hash, "base64"),
    appArgs: [],
    lease: {},
  };
  return { chain: "ALGO", serializedTransaction: JSON.stringify(transaction), hashes: [signatureId] };
}

async function addressJson(address: string): Promise<object> {
  const { addressChecksum, publicKeyOfAddress } = await import(
    "../../../chains/families/algorand/address.ts"
  );
  const publicKey = publicKeyOfAddress(address);
  if (publicKey === undefined) throw new RangeError(`This is no ALGO address: ${address}`);
  return { publicKey, checksum: addressChecksum(publicKey) };
}

/** Base32 of SHA-512/256 of `TX` and the transaction, which comes last, after `sgnr` (of rekeyed accounts) and `sig`. */
function transactionId(txData: string): string | undefined {
  const layout = /^(?:82|83a473676e72c420[0-9a-f]{64})a3736967c440[0-9a-f]{128}a374786e((?:[0-9a-f]{2})+)$/;
  const transaction = layout.exec(txData)?.[1];
  return transaction && base32nopad.encode(sha512_256(Buffer.from(`5458${transaction}`, "hex")));
}

export const algorand: SandboxChain = {
  ticker: "ALGO",
  pathName: "algorand",
  kind: "other",
  transactionId,
  examples: { payment: payment },
};

/** Algorand in the weeks: payments as algosdk writes them. https://dev.algorand.co/concepts/transactions/reference/ */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512_256 } from "@noble/hashes/sha2.js";
import { base32nopad } from "@scure/base";
import algosdk from "algosdk";
import type { ChainModel } from "./chain-model.ts";

const GENESIS_HASH = "wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=";
const recipient = new Uint8Array(32).fill(11);
/** The network allows no more. Its blocks take longer here, so that the machine may be busy for a while. */
const WINDOW = 1_000;

/** The last four bytes of the digest, as an address of Algorand ends. */
function accountJson(publicKey: Uint8Array): object {
  return { publicKey, checksum: sha512_256(publicKey).slice(-4) };
}

export const algorand: ChainModel = {
  ticker: "ALGO",
  pathName: "algorand",
  uniqueness: "window",
  blockTime: 12_000,
  finality: 12_000,
  window: WINDOW,
  wallet(signatureId, privateKey) {
    const publicKey = ed25519.getPublicKey(privateKey);
    const address = new algosdk.Address(publicKey).toString();
    const secret = base32nopad.encode(Buffer.concat([privateKey, publicKey]));
    return { signatureId, address, privateKey, entry: { address, secret, chain: "ALGO", testnet: false } };
  },
  serialize({ wallet, amount, height, blocks = WINDOW }) {
    return JSON.stringify({
      name: "Transaction",
      tag: Buffer.from("TX"),
      type: "pay",
      from: accountJson(ed25519.getPublicKey(wallet.privateKey)),
      to: accountJson(recipient),
      amount: Number(amount),
      note: {},
      flatFee: true,
      fee: 1_000,
      firstRound: Number(height),
      lastRound: Number(height) + blocks,
      genesisID: "mainnet-v1.0",
      genesisHash: Buffer.from(GENESIS_HASH, "base64"),
      appArgs: [],
      lease: {},
    });
  },
  read(payload) {
    const { txn, sig } = algosdk.decodeSignedTransaction(Buffer.from(payload, "hex"));
    const { publicKey } = txn.sender;
    if (sig === undefined || !ed25519.verify(sig, txn.bytesToSign(), publicKey))
      throw new Error("its signature is not the sender's");
    return {
      transactionId: txn.txID(),
      account: txn.sender.toString(),
      amount: txn.payment?.amount ?? 0n,
      fee: txn.fee,
      lastHeight: txn.lastValid,
    };
  },
  words: {
    known: "TransactionPool.Remember: transaction already in ledger",
    landed: "TransactionPool.Remember: transaction already in ledger",
    used: "TransactionPool.Remember: transaction already in ledger",
    expired: "TransactionPool.Remember: txn dead: round outside of its validity",
    conflict: "TransactionPool.Remember: overlapping lease",
    "too-early": "TransactionPool.Remember: txn dead: round outside of its validity",
    poor: "TransactionPool.Remember: overspend",
  },
};

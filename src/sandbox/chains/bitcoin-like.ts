/** Chains with the transactions of Bitcoin in the sandbox: payments, and transaction ids. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { Address } from "@scure/btc-signer";
import type { Network } from "../../../chains/chain.ts";
import {
  type ExampleInput,
  type ExamplePayment,
  type ExampleWallet,
  type PaymentBuilder,
  type SandboxChain,
  UnreadableTransaction,
} from "./chain.ts";

export const BITCOIN_FEE_SATOSHI = 2_000;
/** Invented: no chain has a transaction with this id. */
export const INVENTED_INPUT: ExampleInput = {
  transactionId: "5a".repeat(32),
  outputIndex: 0,
  satoshis: 1_000_000,
};

/** A coin whose payments are JSON that shows the spent outputs, and what its addresses begin with. */
interface Coin {
  readonly ticker: string;
  readonly pathName: string;
  readonly addresses: Readonly<Record<Network, Parameters<typeof Address>[0]>>;
}

async function bitcoinPayment(
  coin: Coin,
  type: "pkh" | "wpkh",
  wallet: ExampleWallet,
): Promise<ExamplePayment> {
  const { signatureId, address, to = address, index, network, input = INVENTED_INPUT } = wallet;
  const script = await outputScript(coin, network, address, type);
  const output = {
    satoshis: input.satoshis - BITCOIN_FEE_SATOSHI,
    script: to === address ? script : await outputScript(coin, network, to),
  };
  const transaction = {
    hash: await unsignedTransactionId(input, output),
    version: 2,
    inputs: [
      {
        prevTxId: input.transactionId,
        outputIndex: input.outputIndex,
        sequenceNumber: 0xffffffff,
        script: "",
        scriptString: "",
        output: { satoshis: input.satoshis, script },
      },
    ],
    outputs: [output],
    nLockTime: 0,
  };
  // A mnemonic wallet is named with the index of each input's key, a private-key wallet by its id alone.
  const key =
    index === undefined
      ? { hashes: [signatureId] }
      : { hashes: [], signatures: [{ id: signatureId, index }] };
  return { chain: coin.ticker, serializedTransaction: JSON.stringify(transaction), ...key };
}

/** The script (hexadecimal) that pays an address, of the given type where one is given. */
async function outputScript(
  { ticker, addresses }: Coin,
  network: Network,
  address: string,
  type?: "pkh" | "wpkh",
): Promise<string> {
  const { Address: addressCoder, OutScript } = await import("@scure/btc-signer");
  const decoded = decodeOrUndefined(addressCoder(addresses[network]), address);
  if (decoded === undefined) {
    throw new RangeError(`This is no ${ticker} address of the ${network}: ${address}`);
  }
  if (type !== undefined && decoded.type !== type) {
    throw new RangeError(
      `The ${ticker} example needs an address of type ${type}, not ${decoded.type}: ${address}`,
    );
  }
  return Buffer.from(OutScript.encode(decoded)).toString("hex");
}

function decodeOrUndefined<Decoded>(
  format: { decode(address: string): Decoded },
  address: string,
): Decoded | undefined {
  try {
    return format.decode(address);
  } catch {
    return undefined;
  }
}

async function unsignedTransactionId(
  input: ExampleInput,
  output: { readonly satoshis: number; readonly script: string },
): Promise<string> {
  return doubleSha256Id(await unsignedTransaction(input, output));
}

export async function unsignedTransaction(
  input: ExampleInput,
  output: { readonly satoshis: number; readonly script: string },
): Promise<Uint8Array> {
  const { RawOldTx } = await import("@scure/btc-signer/script.js");
  return RawOldTx.encode({
    version: 2,
    inputs: [
      {
        txid: Buffer.from(input.transactionId, "hex"),
        index: input.outputIndex,
        finalScriptSig: new Uint8Array(),
        sequence: 0xffffffff,
      },
    ],
    outputs: [{ amount: BigInt(output.satoshis), script: Buffer.from(output.script, "hex") }],
    lockTime: 0,
  });
}

/** Double SHA-256 of the transaction without its witness (BIP 141), in the byte order in which Bitcoin shows ids. */
async function transactionId(txData: string): Promise<string> {
  const { RawOldTx, RawTx } = await import("@scure/btc-signer/script.js");
  try {
    const { version, inputs, outputs, lockTime } = RawTx.decode(hexToBytes(txData));
    return doubleSha256Id(RawOldTx.encode({ version, inputs, outputs, lockTime }));
  } catch (cause) {
    throw new UnreadableTransaction("txData must be the raw transaction in hexadecimal, without 0x.", {
      cause,
    });
  }
}

function doubleSha256Id(bytes: Uint8Array): string {
  return bytesToHex(sha256(sha256(bytes)).reverse());
}

/**
 * Whether one of the raw transactions spends an output: it holds the output's id, bytes reversed, and index (32 bits, little-endian).
 *
 * @param transactions in hex
 */
export function isSpent(
  { hash, index }: { readonly hash: string; readonly index: number },
  transactions: Iterable<string>,
): boolean {
  const id = Buffer.from(hash, "hex").reverse();
  const position = Buffer.alloc(4);
  position.writeUInt32LE(index);
  const outpoint = Buffer.concat([id, position]).toString("hex");
  return [...transactions].some((transaction) => transaction.toLowerCase().includes(outpoint));
}

export function bitcoinLikeChain(
  ticker: string,
  pathName: string,
  examples: Readonly<Record<string, PaymentBuilder>>,
): SandboxChain {
  return { ticker, pathName, kind: "bitcoin-like", transactionId, examples };
}

/** A coin with one example: a payment of an address of a type. */
export function bitcoinLikeCoin(coin: Coin, example: string, type: "pkh" | "wpkh"): SandboxChain {
  return bitcoinLikeChain(coin.ticker, coin.pathName, {
    [example]: (wallet) => bitcoinPayment(coin, type, wallet),
  });
}

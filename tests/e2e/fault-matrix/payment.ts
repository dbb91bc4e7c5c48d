/** A payment of the matrix: what the API lists, and what became of it. */
import { privateKeyToAddress } from "viem/accounts";
import {
  altered,
  ethPayment,
  litecoinPayment,
  type Pending,
  pendingId,
  withdrawal,
} from "../daemon/wallets.ts";
import type { Call } from "./calls.ts";

interface Vector {
  readonly pending: Pending;
  readonly wallets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

async function firstVector(chain: string): Promise<Vector> {
  const [vector] = (await Bun.file(
    `${import.meta.dir}/../../vectors/signing/${chain}.json`,
  ).json()) as Vector[];
  if (vector === undefined) throw new Error(`There are no vectors of ${chain}.`);
  return vector;
}

const solanaVector = await firstVector("SOL");
const vechainVector = await firstVector("VET");
/** The wallets that several payments share; of Ethereum, each payment has its own. */
export const sharedWallets = { ...solanaVector.wallets, ...vechainVector.wallets };

const ABSENT_WALLET = "00000000-0000-4000-8000-000000000000";
const LAMPORTS_BYTES = 8;

const TRANSACTION_ID_DIGITS = 64;

/** A payment of outputs that no other one spends: of two that spend the same, only one is signed. */
function withOwnOutputs(pending: Pending, number: number): Pending {
  const payload = JSON.parse(pending.serializedTransaction) as { inputs: { prevTxId: string }[] };
  // The hash would be another one; a payload may be without it.
  const serializedTransaction = JSON.stringify({ ...payload, hash: undefined });
  const digits = number.toString(16);
  const text = payload.inputs.reduce(
    (json, { prevTxId }) =>
      json.replaceAll(prevTxId, digits + prevTxId.slice(digits.length - TRANSACTION_ID_DIGITS)),
    JSON.stringify(altered(pending, { serializedTransaction })),
  );
  return JSON.parse(text) as Pending;
}

export class Payment {
  readonly id: string;
  readonly call: Call;
  /** Unique; it is part of the amount. */
  readonly number: number;
  readonly pending: Pending;
  readonly ethKey: `0x${string}`;
  readonly ethAddress: string;
  /** What was sent for it. More than one is what must never happen. */
  readonly contents = new Set<string>();
  /** How often it was sent. */
  sent = 0;
  /** Whether the program was told that it is approved. */
  isApproved = false;
  wasSentUnapproved = false;
  /** What the API was told of its failure: every text that came. */
  readonly reports: string[] = [];
  /** How often the program was told that a report was taken. */
  acknowledgedReports = 0;
  /** Whether the network has it. */
  isOut = false;
  /** Whether the API has marked it complete. */
  isDone = false;
  /** Whether its broadcast got no clear answer, in the cells that need one. */
  wasUnclear = false;
  isListed = true;

  constructor(call: Call, number: number) {
    this.call = call;
    this.number = number;
    this.id = pendingId(number);
    this.ethKey = `0x${(0x10_0000 + number).toString(16).padStart(64, "0")}`;
    this.ethAddress = privateKeyToAddress(this.ethKey);
    this.pending = this.#pending();
  }

  /** The signature ID of its own wallet, of Ethereum. */
  get ethWalletId(): string {
    return `22222222-0000-4000-8000-${this.number.toString(16).padStart(12, "0")}`;
  }

  get lamports(): bigint {
    return 1_000_000n + BigInt(this.number);
  }

  noteSent(content: string): void {
    this.contents.add(content);
    this.sent += 1;
    if (!this.isApproved) this.wasSentUnapproved = true;
  }

  #pending(): Pending {
    const usual = { ...this.#ofChain(), id: this.id };
    // It cannot be signed, which the API is told.
    return this.call.name === "report" ? altered(usual, { hashes: [ABSENT_WALLET] }) : usual;
  }

  #ofChain(): Pending {
    const { chain, name } = this.call;
    if (chain === "ETH") return this.#ofEthereum();
    if (chain === "LTC")
      return withOwnOutputs((name === "withdrawal" ? withdrawal : litecoinPayment).pending, this.number);
    const { pending } = chain === "SOL" ? solanaVector : vechainVector;
    const read = JSON.parse(pending.serializedTransaction) as { txData: string };
    if (chain === "VET") {
      const serializedTransaction = JSON.stringify({
        ...read,
        value: String(this.number),
        blockRef: undefined,
      });
      return altered(pending, { serializedTransaction });
    }
    const message = Buffer.from(read.txData, "hex");
    message.writeBigUInt64LE(this.lamports, message.length - LAMPORTS_BYTES);
    return altered(pending, { serializedTransaction: JSON.stringify({ txData: message.toString("hex") }) });
  }

  /** A payment that says everything but what the call is made for. */
  #ofEthereum(): Pending {
    const { name } = this.call;
    const pending = ethPayment(this.number, {
      nonce: name === "transaction count" ? undefined : 0,
      ...(name === "gas price" && { gasPrice: undefined }),
      ...(name === "eth_estimateGas" && { gas: undefined }),
      ...(name === "eth_chainId" && { chainId: undefined }),
    });
    const withdrawalId = name === "withdrawal" ? { withdrawalId: withdrawal.pending.withdrawalId } : {};
    return altered(pending, { hashes: [this.ethWalletId], ...withdrawalId });
  }
}

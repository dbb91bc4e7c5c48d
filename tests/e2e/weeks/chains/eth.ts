/** Ethereum in the weeks: legacy transactions. https://eips.ethereum.org/EIPS/eip-155 */
import { keccak256, parseTransaction, recoverTransactionAddress } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { type ChainModel, hex } from "./chain-model.ts";

const GAS_PRICE = 20_000_000_000n;
const recipient = "0xdc5db2fdaaa1efd8114157fc3534cbbcc9c2faa5";

export const ethereum: ChainModel = {
  ticker: "ETH",
  pathName: "ethereum",
  uniqueness: "nonce",
  blockTime: 12_000,
  finality: 60_000,
  wallet(signatureId, privateKey) {
    const key = `0x${hex(privateKey)}` as const;
    const address = privateKeyToAddress(key).toLowerCase();
    return {
      signatureId,
      address,
      privateKey,
      entry: { privateKey: key, chain: "ETH", testnet: false },
    };
  },
  serialize({ amount, number, fee = GAS_PRICE }) {
    return JSON.stringify({
      chainId: 1,
      to: recipient,
      value: String(amount),
      gas: "21000",
      gasPrice: String(fee),
      ...(number !== undefined && { nonce: Number(number) }),
    });
  },
  async read(payload) {
    const raw = payload as Parameters<typeof recoverTransactionAddress>[0]["serializedTransaction"];
    const transaction = parseTransaction(raw);
    return {
      transactionId: keccak256(raw),
      account: (await recoverTransactionAddress({ serializedTransaction: raw })).toLowerCase(),
      amount: transaction.value ?? 0n,
      fee: transaction.gasPrice ?? transaction.maxFeePerGas ?? 0n,
      number: BigInt(transaction.nonce ?? 0),
    };
  },
  words: {
    known: "already known",
    landed: "nonce too low",
    used: "nonce too low",
    expired: "nonce too low",
    conflict: "replacement transaction underpriced",
    "too-early": "nonce too high",
    poor: "insufficient funds for gas * price + value",
  },
};

/** Bitcoin Cash in the sandbox: a raw transaction without signatures. */
import {
  BITCOIN_FEE_SATOSHI,
  bitcoinLikeChain,
  INVENTED_INPUT,
  unsignedTransaction,
} from "./bitcoin-like.ts";
import type { ExamplePayment, ExampleWallet } from "./chain.ts";

/** The raw transaction without signatures, and the amounts of its inputs. */
async function payment(wallet: ExampleWallet): Promise<ExamplePayment> {
  const { signatureId, address, to = address, index, network, input = INVENTED_INPUT } = wallet;
  const { decodeCashAddress } = await import("../../../chains/families/utxo/cash-address.ts");
  const prefix = network === "mainnet" ? "bitcoincash" : "bchtest";
  const recipient = decodeCashAddress(to, prefix);
  if (recipient === undefined) throw new RangeError(`This is no BCH address of the ${network}: ${to}`);
  const script = `76a914${Buffer.from(recipient.hash).toString("hex")}88ac`;
  const raw = await unsignedTransaction(input, { satoshis: input.satoshis - BITCOIN_FEE_SATOSHI, script });
  return {
    chain: "BCH",
    serializedTransaction: `${Buffer.from(raw).toString("hex")}:[${input.satoshis}]`,
    ...(index === undefined
      ? { hashes: [signatureId] }
      : { hashes: [], signatures: [{ id: signatureId, index }] }),
  };
}

export const bitcoinCash = bitcoinLikeChain("BCH", "bcash", { "cash-address": payment });

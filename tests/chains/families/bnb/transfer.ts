/** A transfer of 1 BNB as the Tatum API writes it, and its sender's wallet. */
import { bech32 } from "@scure/base";
import { bnbBeaconChain } from "../../../../chains/bnb.ts";
import type { ChainEnvironment, PendingTransaction, SignedTransaction } from "../../../../chains/chain.ts";
import { stringifyExactJson } from "../../../../chains/codec/exact-json.ts";
import { offlineEnvironment, signerOf } from "../../offline-signing-vectors.ts";

const SIGNATURE_ID = "4e4343c5-29d2-4e38-8b50-1ed4a8044b24";
export const PRIVATE_KEY = "bc5c50b35b76ded5aa35013a0a65c3c2f14eefd188ff9a1607ef805406e0213c";
export const SENDER = "bnb12vnfy4lag6hc3sdg0caqfp0edazq72e8xka6ma";
export const RECIPIENT = "bnb1g9ra8nv9mmjefg4r36n66wkscq35q9zlcf4dqc";
export const ONE_BNB = [{ denom: "BNB", amount: 100_000_000n }];

export const buffer = (address: string) => ({
  type: "Buffer",
  data: [...bech32.decodeToBytes(address).bytes],
});

export interface Coins {
  readonly inputs: readonly { readonly address: string; readonly coins: readonly object[] }[];
  readonly outputs: readonly { readonly address: string; readonly coins: readonly object[] }[];
}

export const TRANSFER: Coins = {
  inputs: [{ address: SENDER, coins: ONE_BNB }],
  outputs: [{ address: RECIPIENT, coins: ONE_BNB }],
};

/** The payload of a transfer, with more or other members. */
export function payloadOf(transfer: Coins = TRANSFER, more: object = {}) {
  const asBytes = (list: Coins["inputs"]) =>
    list.map(({ address, coins }) => ({ address: buffer(address), coins }));
  return {
    msg: {
      inputs: asBytes(transfer.inputs),
      outputs: asBytes(transfer.outputs),
      aminoPrefix: "2A2C87FA",
    },
    signMsg: transfer,
    memo: "",
    ...more,
  };
}

export function pendingOf(payload: unknown): PendingTransaction {
  return {
    id: "640804ab420fa7aa1ddfc52e",
    chain: "BNB",
    hashes: [SIGNATURE_ID],
    signatures: [],
    serializedTransaction: typeof payload === "string" ? payload : stringifyExactJson(payload),
  };
}

/** Signs on the main network, without anybody to ask unless told otherwise. */
export function sign(
  payload: unknown,
  environment: Partial<ChainEnvironment> = {},
  privateKey = PRIVATE_KEY,
): Promise<SignedTransaction> {
  const signers = [signerOf(SIGNATURE_ID, { privateKey }, bnbBeaconChain)];
  return bnbBeaconChain.sign({ transaction: pendingOf(payload), signers }, offlineEnvironment(environment));
}

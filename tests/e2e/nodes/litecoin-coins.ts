/** Coins of Litecoin's regtest network: given by a node, and spent by a transaction without signatures. */
import { hex } from "@scure/base";
import { p2pkh, p2sh, p2wpkh } from "@scure/btc-signer";
import type { Litecoind } from "./litecoind.ts";

/** Address versions of the network; all but the bech32 prefix are those of the testnet. */
export const REGTEST = { bech32: "rltc", pubKeyHash: 0x6f, scriptHash: 0x3a, wif: 0xef };

/** What every coin is worth: 0.5 LTC in satoshi. */
const AMOUNT = 50_000_000;
const FEE = 10_000;

export interface Coin {
  readonly prevTxId: string;
  readonly outputIndex: number;
  readonly script: string;
}

function scriptsOf(publicKey: Uint8Array) {
  return {
    P2PKH: p2pkh(publicKey, REGTEST),
    P2WPKH: p2wpkh(publicKey, REGTEST),
    "P2SH-P2WPKH": p2sh(p2wpkh(publicKey, REGTEST), REGTEST),
  };
}
export type OutputKind = keyof ReturnType<typeof scriptsOf>;

/** Has the node pay a key with an output of this kind. */
export async function fund(node: Litecoind, publicKey: Uint8Array, kind: OutputKind): Promise<Coin> {
  const { address, script } = scriptsOf(publicKey)[kind];
  const txid = await node.call<string>("sendtoaddress", address, AMOUNT / 1e8);
  const { hex: raw } = await node.call<{ hex: string }>("gettransaction", txid);
  const { vout } = await node.call<{ vout: { n: number; scriptPubKey: { hex: string } }[] }>(
    "decoderawtransaction",
    raw,
  );
  const output = vout.find(({ scriptPubKey }) => scriptPubKey.hex === hex.encode(script));
  if (output === undefined) throw new Error(`${txid} does not pay ${address}.`);
  return { prevTxId: txid, outputIndex: output.n, script: hex.encode(script) };
}

/** The payload of a transaction that spends these coins to the node. */
export async function spendingOf(node: Litecoind, coins: readonly Coin[]): Promise<string> {
  const address = await node.call<string>("getnewaddress");
  const { scriptPubKey } = await node.call<{ scriptPubKey: string }>("getaddressinfo", address);
  return JSON.stringify({
    version: 2,
    inputs: coins.map(({ prevTxId, outputIndex, script }) => ({
      prevTxId,
      outputIndex,
      sequenceNumber: 0xffffffff,
      script: "",
      scriptString: "",
      output: { satoshis: AMOUNT, script },
    })),
    outputs: [{ satoshis: coins.length * AMOUNT - FEE, script: scriptPubKey }],
    nLockTime: 0,
  });
}

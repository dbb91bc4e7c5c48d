import type { ExamplePayment, ExampleWallet } from "./example.ts";

const AMOUNT_MICROALGO = 100_000;
const FEE_MICROALGO = 1000;
/** Invented. */
const ROUND = 40_000_000;

/** The JSON of a transaction object of algosdk. */
export async function algorandPayment(wallet: ExampleWallet): Promise<ExamplePayment> {
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

/** The wallets and transfers of the BNB Beacon Chain beside those of Trust Wallet Core. */
import { expect, test } from "bun:test";
import { bech32 } from "@scure/base";
import { initWasm, TW } from "@trustwallet/wallet-core";
import fc from "fast-check";
import { bnbBeaconChain } from "../../chains/bnb.ts";
import type { Network } from "../../chains/chain.ts";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { offlineEnvironment, signerOf } from "../chains/offline-signing-vectors.ts";
import { caseCount } from "./case-count.ts";

const TIMEOUT = 600_000;
const SIGNATURE_ID = "2f026b02-0f0e-4df3-ac83-229951ceed13";
const PREFIX = { mainnet: "bnb", testnet: "tbnb" } as const;
const CHAIN_ID = "Binance-Chain-Tigris";

const core = await initWasm();
const { AnyAddress, AnySigner, CoinType, HDWallet, PrivateKey } = core;

const network = fc.constantFrom<Network>("mainnet", "testnet");
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const entropy = fc.constantFrom(16, 20, 24, 28, 32).chain(bytes);
const privateKey = bytes(31).map((rest) => Uint8Array.of(1, ...rest));
const count = fc.oneof(
  fc.constantFrom(0n, 1n, 127n, 128n, 2n ** 53n),
  fc.bigInt({ min: 0n, max: 2n ** 62n }),
);
const amount = fc.oneof(fc.constantFrom(1n, 2n ** 53n + 1n), fc.bigInt({ min: 1n, max: 2n ** 62n }));
const coin = fc.record({ denom: fc.constantFrom("BNB", "BUSD-BD1", "KMS-1A1", "ANKR-E97M"), amount });
const coins = fc.array(coin, { minLength: 1, maxLength: 3 });
const memo = fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => Buffer.byteLength(text) <= 128);
/** Of mainnet: Trust Wallet Core signs no other addresses. */
const transfer = fc.record({
  privateKey,
  outputs: fc.array(fc.record({ account: bytes(20), coins }), { minLength: 1, maxLength: 3 }),
  memo,
  source: count,
  accountNumber: count,
  sequence: count,
});

function coreAddress(key: Uint8Array, of: Network): string {
  const publicKey = PrivateKey.createWithData(key).getPublicKeySecp256k1(true);
  return AnyAddress.createBech32WithPublicKey(publicKey, CoinType.binance, PREFIX[of]).description();
}

test(
  "BNB keys and addresses are those of Trust Wallet Core",
  () => {
    const index = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(entropy, index, network, (random, at, of) => {
        const wallet = HDWallet.createWithEntropy(random, "");
        const mnemonic = wallet.mnemonic();
        const key = wallet.getKey(CoinType.binance, `m/44'/714'/0'/0/${at}`).data();
        wallet.delete();
        const text = Buffer.from(key).toString("hex");
        expect(bnbBeaconChain.derivePrivateKey({ mnemonic }, at, of)).toBe(text);
        expect(bnbBeaconChain.deriveAddress({ mnemonic }, at, of)).toBe(coreAddress(key, of));
        expect(bnbBeaconChain.parsePrivateKey(text, of).address).toBe(coreAddress(key, of));
      }),
      { numRuns: caseCount },
    );
  },
  TIMEOUT,
);

function payloadOf(given: Transfer, sender: string): string {
  const { outputs, memo, source, accountNumber, sequence } = given;
  const all = outputs.flatMap((output) => output.coins);
  const decoded = bech32.decodeToBytes(sender).bytes;
  const buffer = (account: Uint8Array) => ({ type: "Buffer", data: [...account] });
  return stringifyExactJson({
    msg: {
      inputs: [{ address: buffer(decoded), coins: all }],
      outputs: outputs.map((output) => ({ address: buffer(output.account), coins: output.coins })),
      aminoPrefix: "2A2C87FA",
    },
    signMsg: {
      inputs: [{ address: sender, coins: all }],
      outputs: outputs.map((output) => ({
        address: addressOf(output.account),
        coins: output.coins,
      })),
    },
    memo,
    source,
    account_number: accountNumber,
    sequence,
    chain_id: CHAIN_ID,
  });
}

type Transfer = typeof transfer extends fc.Arbitrary<infer Value> ? Value : never;

function addressOf(account: Uint8Array): string {
  return bech32.encodeFromBytes(PREFIX.mainnet, account);
}

function coreSigned(given: Transfer, sender: string): string {
  const token = ({ denom, amount: units }: { denom: string; amount: bigint }) => ({
    denom,
    amount: String(units),
  });
  const all = given.outputs.flatMap((output) => output.coins.map(token));
  const input = TW.Binance.Proto.SigningInput.fromObject({
    chainId: CHAIN_ID,
    accountNumber: String(given.accountNumber),
    sequence: String(given.sequence),
    source: String(given.source),
    memo: given.memo,
    privateKey: given.privateKey,
    sendOrder: {
      inputs: [{ address: bech32.decodeToBytes(sender).bytes, coins: all }],
      outputs: given.outputs.map(({ account, coins: own }) => ({ address: account, coins: own.map(token) })),
    },
  });
  const output = AnySigner.sign(TW.Binance.Proto.SigningInput.encode(input).finish(), CoinType.binance);
  return Buffer.from(TW.Binance.Proto.SigningOutput.decode(output).encoded).toString("hex");
}

test(
  "BNB transfers are signed as Trust Wallet Core signs them",
  async () => {
    await fc.assert(
      fc.asyncProperty(transfer, async (given) => {
        const sender = coreAddress(given.privateKey, "mainnet");
        const wallet = { privateKey: Buffer.from(given.privateKey).toString("hex") };
        const transaction = {
          id: "640804ab420fa7aa1ddfc52e",
          chain: "BNB",
          hashes: [SIGNATURE_ID],
          signatures: [],
          serializedTransaction: payloadOf(given, sender),
        };
        const signers = [signerOf(SIGNATURE_ID, wallet, bnbBeaconChain)];
        const signed = await bnbBeaconChain.sign({ transaction, signers }, offlineEnvironment());
        expect(signed.payload).toBe(coreSigned(given, sender));
      }),
      { numRuns: caseCount },
    );
  },
  TIMEOUT,
);

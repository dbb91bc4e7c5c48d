/** The wallets and payments of Cardano beside EMURGO's Cardano serialization library. */
import { expect, test } from "bun:test";
import * as csl from "@emurgo/cardano-serialization-lib-nodejs";
import { entropyToMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { encode } from "cborg";
import fc from "fast-check";
import { cardano } from "../../chains/ada.ts";
import type { Network } from "../../chains/chain.ts";
import type { JsonValue } from "../../chains/codec/exact-json.ts";
import { memoryEd25519Bip32Key } from "../../chains/keys/ed25519-bip32.ts";
import { offlineEnvironment, signerOf } from "../chains/offline-signing-vectors.ts";
import { caseCount } from "./case-count.ts";

const TIMEOUT = 600_000;
const SIGNATURE_ID = "13a5b0c5-9302-4313-9779-4af4fa3d6106";
const HARDENED = 2 ** 31;
const MILLION = 1_000_000n;

const network = fc.constantFrom<Network>("mainnet", "testnet");
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const entropy = fc.constantFrom(16, 20, 24, 28, 32).chain(bytes);
const index = fc.oneof(fc.constantFrom(0, 1, HARDENED - 1), fc.integer({ min: 0, max: HARDENED - 1 }));

const networkId = (of: Network) => (of === "mainnet" ? 1 : 0);

function account(random: Uint8Array): csl.Bip32PrivateKey {
  const root = csl.Bip32PrivateKey.from_bip39_entropy(random, new Uint8Array());
  return [1852, 1815, 0, 0].reduce((node, level) => node.derive(HARDENED + level), root);
}

function enterprise(key: csl.PublicKey, of: Network): csl.Address {
  return csl.EnterpriseAddress.new(networkId(of), csl.Credential.from_keyhash(key.hash())).to_address();
}

test(
  "ADA wallets, addresses and keys are those of the serialization library",
  () => {
    fc.assert(
      fc.property(entropy, index, network, (random, at, of) => {
        const mnemonic = entropyToMnemonic(random, wordlist);
        const node = account(random);
        const child = node.derive(at).to_raw_key();
        const address = enterprise(child.to_public(), of).to_bech32();
        const privateKey = Buffer.from(child.as_bytes()).toString("hex");

        const wallet = cardano.restoreWallet(mnemonic, of);
        expect(wallet).toEqual({ mnemonic, xpub: Buffer.from(node.to_public().as_bytes()).toString("hex") });
        expect(cardano.derivePrivateKey(wallet, at, of)).toBe(privateKey);
        expect(cardano.deriveAddress(wallet, at, of)).toBe(address);
        expect(cardano.parsePrivateKey(privateKey, of).address).toBe(address);
      }),
      { numRuns: caseCount },
    );
  },
  TIMEOUT,
);

test(
  "ADA keys sign as those of the serialization library",
  async () => {
    await fc.assert(
      fc.asyncProperty(entropy, index, fc.uint8Array({ maxLength: 200 }), async (random, at, message) => {
        const raw = account(random).derive(at).to_raw_key();
        const key = memoryEd25519Bip32Key(raw.as_bytes());
        expect(key.publicKey).toEqual(raw.to_public().as_bytes());
        expect(Buffer.from(await key.sign(message)).toString("hex")).toBe(raw.sign(message).to_hex());
      }),
      { numRuns: caseCount },
    );
  },
  TIMEOUT,
);

interface Payment {
  readonly of: Network;
  readonly random: Uint8Array;
  readonly inputs: readonly { readonly at: number; readonly id: Uint8Array; readonly position: number }[];
  readonly outputs: readonly { readonly hash: Uint8Array; readonly kind: number; readonly amount: bigint }[];
  readonly fee: bigint;
}

const payment: fc.Arbitrary<Payment> = fc.record({
  of: network,
  random: entropy,
  inputs: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 2 }),
      id: bytes(32),
      position: fc.integer({ min: 0, max: 300 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  outputs: fc.array(
    fc.record({
      hash: bytes(28),
      kind: fc.integer({ min: 0, max: 2 }),
      amount: fc.bigInt({ min: MILLION, max: 2n ** 55n }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  fee: fc.bigInt({ min: 0n, max: 10n * MILLION }),
});

/** An enterprise, a base or a Byron address. */
function recipient({ hash, kind }: Payment["outputs"][number], of: Network): csl.Address {
  const credential = csl.Credential.from_keyhash(csl.Ed25519KeyHash.from_bytes(hash));
  if (kind === 0) return csl.EnterpriseAddress.new(networkId(of), credential).to_address();
  if (kind === 1) return csl.BaseAddress.new(networkId(of), credential, credential).to_address();
  const root = csl.Bip32PrivateKey.from_bip39_entropy(hash, new Uint8Array()).to_public();
  return csl.ByronAddress.icarus_from_key(root, of === "mainnet" ? 764_824_073 : 1).to_address();
}

function textOf(address: csl.Address): string {
  return csl.ByronAddress.from_address(address)?.to_base58() ?? address.to_bech32();
}

function amount(value: bigint): object {
  return { value: value.toString(), currency: { symbol: "ADA", decimals: 6 } };
}

test(
  "ADA payments that the serialization library builds are signed with witnesses that it takes",
  async () => {
    await fc.assert(
      fc.asyncProperty(payment, async ({ of, random, inputs, outputs, fee }) => {
        const node = account(random);
        const publicKeys = inputs.map(({ at }) => node.derive(at).to_raw_key().to_public());
        const total = outputs.reduce((sum, output) => sum + output.amount, fee);
        const share = total / BigInt(inputs.length);
        const operations = [
          ...inputs.map(({ id, position }, place) => ({
            type: "input",
            account: { address: enterprise(publicKeys[place]!, of).to_bech32() },
            amount: amount(-(place === 0 ? total - share * BigInt(inputs.length - 1) : share)),
            coin_change: {
              coin_identifier: { identifier: `${Buffer.from(id).toString("hex")}:${position}` },
              coin_action: "coin_created",
            },
          })),
          ...outputs.map((output) => ({
            type: "output",
            account: { address: textOf(recipient(output, of)) },
            amount: amount(output.amount),
          })),
        ];

        const spent = csl.TransactionInputs.new();
        for (const { id, position } of inputs) {
          spent.add(csl.TransactionInput.new(csl.TransactionHash.from_bytes(id), position));
        }
        const paid = csl.TransactionOutputs.new();
        for (const output of outputs) {
          const value = csl.Value.new(csl.BigNum.from_str(output.amount.toString()));
          paid.add(csl.TransactionOutput.new(recipient(output, of), value));
        }
        const body = csl.TransactionBody.new_tx_body(spent, paid, csl.BigNum.from_str(fee.toString()));
        body.set_ttl(csl.BigNum.from_str("60384206"));
        const unsigned = csl.Transaction.new(body, csl.TransactionWitnessSet.new());
        const hash = csl.FixedTransaction.from_bytes(unsigned.to_bytes()).transaction_hash();

        const api = new ConstructionApi(unsigned, hash, operations);
        const wallet = { mnemonic: entropyToMnemonic(random, wordlist) };
        const places = [...new Set(inputs.map(({ at }) => at))];
        const transaction = {
          id: "67af12fc27e6cf2f516fc414",
          chain: "ADA",
          hashes: [],
          signatures: places.map((at) => ({ id: SIGNATURE_ID, index: at })),
          serializedTransaction: JSON.stringify(operations),
        };
        const signers = places.map((at) => signerOf(SIGNATURE_ID, wallet, cardano, of, at));
        const environment = offlineEnvironment({
          network: of,
          post: (path, asked) => api.answer(path, asked),
        });
        const signed = await cardano.sign({ transaction, signers }, environment);

        expect(signed.transactionId).toBe(hash.to_hex());
        expect(api.witnesses).toHaveLength(places.length);
        for (const { publicKey, signature } of api.witnesses) {
          expect(publicKey.verify(hash.to_bytes(), signature)).toBe(true);
        }
        const wanted = new Set(publicKeys.map((key) => key.to_hex()));
        expect(new Set(api.witnesses.map(({ publicKey }) => publicKey.to_hex()))).toEqual(wanted);
      }),
      { numRuns: caseCount },
    );
  },
  TIMEOUT,
);

interface CombineRequest {
  readonly signatures: readonly {
    readonly public_key: { readonly hex_bytes: string };
    readonly hex_bytes: string;
  }[];
}

/** Rosetta's construction API, with the serialization library behind it. */
class ConstructionApi {
  readonly witnesses: { readonly publicKey: csl.PublicKey; readonly signature: csl.Ed25519Signature }[] = [];
  readonly #unsigned: csl.Transaction;
  readonly #hash: csl.TransactionHash;
  readonly #addresses: readonly string[];

  constructor(
    unsigned: csl.Transaction,
    hash: csl.TransactionHash,
    operations: readonly { readonly type: string; readonly account: { readonly address: string } }[],
  ) {
    this.#unsigned = unsigned;
    this.#hash = hash;
    const inputs = operations.filter(({ type }) => type === "input");
    this.#addresses = [...new Set(inputs.map(({ account: { address } }) => address))];
  }

  async answer(path: string, body: JsonValue): Promise<JsonValue> {
    if (path.endsWith("/payloads")) {
      return {
        unsigned_transaction: this.#envelope(this.#unsigned),
        payloads: this.#addresses.map((address) => ({
          account_identifier: { address },
          signature_type: "ed25519",
          hex_bytes: this.#hash.to_hex(),
        })),
      };
    }
    if (!path.endsWith("/combine")) return {};
    const keys = csl.Vkeywitnesses.new();
    for (const { public_key, hex_bytes } of (body as unknown as CombineRequest).signatures) {
      const publicKey = csl.PublicKey.from_hex(public_key.hex_bytes);
      const signature = csl.Ed25519Signature.from_hex(hex_bytes);
      this.witnesses.push({ publicKey, signature });
      keys.add(csl.Vkeywitness.new(csl.Vkey.new(publicKey), signature));
    }
    const witnesses = csl.TransactionWitnessSet.new();
    witnesses.set_vkeys(keys);
    return { signed_transaction: this.#envelope(csl.Transaction.new(this.#unsigned.body(), witnesses)) };
  }

  #envelope(transaction: csl.Transaction): string {
    return Buffer.from(encode([transaction.to_hex(), {}])).toString("hex");
  }
}

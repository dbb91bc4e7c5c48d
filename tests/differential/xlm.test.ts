/** Keys and transactions of Stellar beside those of its own SDK and of Trust Wallet Core. */
import { expect, test } from "bun:test";
import {
  Account,
  Asset,
  Keypair,
  Memo,
  MuxedAccount,
  Networks,
  Operation,
  type Transaction,
  TransactionBuilder,
} from "@stellar/stellar-sdk/base";
import { initWasm } from "@trustwallet/wallet-core";
import fc from "fast-check";
import type { Network } from "../../chains/chain.ts";
import { stellar } from "../../chains/xlm.ts";
import { offlineEnvironment, signerOf } from "../chains/offline-signing-vectors.ts";
import { caseCount } from "./case-count.ts";

const TIMEOUT = 600_000;
const options = { numRuns: caseCount };
const PASSPHRASE: Readonly<Record<Network, string>> = { mainnet: Networks.PUBLIC, testnet: Networks.TESTNET };

const { CoinType, HDWallet } = await initWasm();

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const keypair = bytes(32).map((seed) => Keypair.fromRawEd25519Seed(Buffer.from(seed)));
const account = keypair.map((pair) => pair.publicKey());
const uint64 = fc.oneof(
  fc.constantFrom(0n, 1n, 2n ** 53n + 1n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const muxed = fc
  .tuple(account, uint64)
  .map(([id, part]) => new MuxedAccount(new Account(id, "0"), String(part)).accountId());
const stroops = fc.oneof(
  fc.constantFrom(1n, 2n ** 53n + 1n, 2n ** 63n - 1n),
  fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }),
);
const amount = stroops.map(
  (units) => `${units / 10_000_000n}.${String(units % 10_000_000n).padStart(7, "0")}`,
);
const asset = fc.oneof(
  fc.constant(Asset.native()),
  fc.tuple(fc.stringMatching(/^[A-Z0-9]{1,12}$/), account).map(([code, issuer]) => new Asset(code, issuer)),
);
const credit = asset.filter((one) => !one.isNative());
const operation = fc.oneof(
  fc
    .record({ destination: fc.oneof(account, muxed), asset, amount })
    .map((fields) => Operation.payment(fields)),
  fc
    .record({ destination: account, startingBalance: amount })
    .map((fields) => Operation.createAccount(fields)),
  fc.record({ asset: credit, limit: amount }).map((fields) => Operation.changeTrust(fields)),
  fc.record({ destination: account }).map((fields) => Operation.accountMerge(fields)),
  fc
    .record({ name: fc.stringMatching(/^[a-z]{1,64}$/), value: fc.stringMatching(/^[a-z]{1,64}$/) })
    .map((fields) => Operation.manageData(fields)),
  fc
    .record({ sendAsset: asset, sendAmount: amount, destination: account, destAsset: asset, destMin: amount })
    .map((fields) => Operation.pathPaymentStrictSend({ ...fields, path: [] })),
);
const memo = fc.oneof(
  fc.constant(Memo.none()),
  fc.stringMatching(/^[ -~]{0,28}$/).map((text) => Memo.text(text)),
  uint64.map((id) => Memo.id(String(id))),
  bytes(32).map((hash) => Memo.hash(Buffer.from(hash))),
  bytes(32).map((hash) => Memo.return(Buffer.from(hash))),
);
const network = fc.constantFrom<Network>("mainnet", "testnet");
const transactions = fc.record({
  network,
  source: keypair,
  part: fc.option(uint64),
  sequence: fc.bigInt({ min: 0n, max: 2n ** 63n - 2n }),
  fee: fc.integer({ min: 100, max: 100_000 }),
  operations: fc.array(operation, { minLength: 1, maxLength: 10 }),
  memo,
  maxTime: fc.constantFrom(0, 2_000_000_000),
  payer: fc.option(keypair),
});

test(
  "accounts of mnemonics are those of Trust Wallet Core, and secrets those of the Stellar SDK",
  () => {
    fc.assert(
      fc.property(
        fc.constantFrom(16, 24, 32).chain(bytes),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        (entropy, index) => {
          const core = HDWallet.createWithEntropy(entropy, "");
          const pair = Keypair.fromRawEd25519Seed(
            Buffer.from(core.getKey(CoinType.stellar, `m/44'/148'/${index}'`).data()),
          );
          const wallet = stellar.restoreWallet(core.mnemonic(), "mainnet");
          core.delete();
          expect(stellar.derivePrivateKey(wallet, index, "mainnet")).toBe(pair.secret());
          expect(stellar.deriveAddress(wallet, index, "mainnet")).toBe(pair.publicKey());
        },
      ),
      options,
    );
  },
  TIMEOUT,
);

test(
  "transactions and fee bumps are signed byte for byte as the Stellar SDK signs them",
  async () => {
    await fc.assert(
      fc.asyncProperty(transactions, async ({ payer, ...given }) => {
        const inner = build(given);
        const passphrase = PASSPHRASE[given.network];
        const signer = payer ?? given.source;
        if (payer !== null) inner.sign(given.source);
        const unsigned =
          payer === null
            ? inner
            : TransactionBuilder.buildFeeBumpTransaction(payer, String(given.fee), inner, passphrase);
        const xdr = unsigned.toXDR();
        unsigned.sign(signer);
        const signed = await stellar.sign(
          {
            transaction: {
              id: "64c2a1b2c3d4e5f601234567",
              chain: "XLM",
              serializedTransaction: xdr,
              hashes: ["wallet"],
              signatures: [],
            },
            signers: [signerOf("wallet", { secret: signer.secret() }, stellar)],
          },
          offlineEnvironment({ network: given.network }),
        );
        expect(signed.payload).toBe(unsigned.toXDR());
        expect(signed.transactionId).toBe(Buffer.from(unsigned.hash()).toString("hex"));
      }),
      options,
    );
  },
  TIMEOUT,
);

function build(
  given: Omit<typeof transactions extends fc.Arbitrary<infer Value> ? Value : never, "payer">,
): Transaction {
  const base = new Account(given.source.publicKey(), String(given.sequence));
  const source = given.part === null ? base : new MuxedAccount(base, String(given.part));
  const builder = new TransactionBuilder(source, {
    fee: String(given.fee),
    networkPassphrase: PASSPHRASE[given.network],
    memo: given.memo,
    timebounds: { minTime: 0, maxTime: given.maxTime },
  });
  for (const one of given.operations) builder.addOperation(one);
  return builder.build();
}

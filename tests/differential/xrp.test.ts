/** Keys and transactions of the XRP Ledger beside those of ripple-keypairs and Trust Wallet Core. */
import { expect, test } from "bun:test";
import { initWasm, TW } from "@trustwallet/wallet-core";
import fc from "fast-check";
import { decode, encodeForSigning } from "ripple-binary-codec";
import { deriveAddress, deriveKeypair, generateSeed, verify } from "ripple-keypairs";
import { xrpLedger } from "../../chains/xrp.ts";
import { offlineEnvironment, signerOf } from "../chains/offline-signing-vectors.ts";
import { caseCount } from "./case-count.ts";

const TIMEOUT = 600_000;
const options = { numRuns: caseCount };

const { AnyAddress, AnySigner, CoinType, HDWallet, PrivateKey } = await initWasm();

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const privateKey = bytes(31).map((rest) => Uint8Array.of(1, ...rest));
const uint32 = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
);
const positive = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const drops = fc.oneof(
  fc.constantFrom(1n, 2n ** 53n + 1n, 10n ** 17n),
  fc.bigInt({ min: 1n, max: 10n ** 17n }),
);
const address = bytes(32).map((key) => coreAddress(Uint8Array.of(1, ...key.subarray(1))));
const currency = fc.constantFrom("USD", "EUR", "abc", "524C555344000000000000000000000000000000");
const value = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 15n - 1n }), fc.integer({ min: -20, max: 20 }))
  .map(([digits, exponent]) => `${digits}e${exponent}`);
const token = fc.record({ currency, issuer: address, value });

const seed = fc.record({
  entropy: bytes(16),
  algorithm: fc.constantFrom("ed25519" as const, "ecdsa-secp256k1" as const),
});

function coreAddress(key: Uint8Array): string {
  const publicKey = PrivateKey.createWithData(key).getPublicKeySecp256k1(true);
  return AnyAddress.createWithPublicKey(publicKey, CoinType.xrp).description();
}

test(
  "the keys of seeds are those of ripple-keypairs",
  () => {
    fc.assert(
      fc.property(seed, (given) => {
        const secret = generateSeed(given);
        const pair = deriveKeypair(secret);
        const expected = deriveAddress(pair.publicKey);
        expect(xrpLedger.parsePrivateKey(secret, "mainnet").address).toBe(expected);
        expect(xrpLedger.parsePrivateKey(pair.privateKey, "mainnet").address).toBe(expected);
      }),
      options,
    );
  },
  TIMEOUT,
);

test(
  "the keys of mnemonics are those of Trust Wallet Core",
  () => {
    fc.assert(
      fc.property(
        fc.constantFrom(16, 24, 32).chain(bytes),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        (entropy, index) => {
          const core = HDWallet.createWithEntropy(entropy, "");
          const key = core.getKey(CoinType.xrp, `m/44'/144'/0'/0/${index}`).data();
          const wallet = xrpLedger.restoreWallet(core.mnemonic(), "mainnet");
          core.delete();
          expect(xrpLedger.derivePrivateKey(wallet, index, "mainnet")).toBe(
            `00${Buffer.from(key).toString("hex").toUpperCase()}`,
          );
          expect(xrpLedger.deriveAddress(wallet, index, "mainnet")).toBe(coreAddress(key));
        },
      ),
      options,
    );
  },
  TIMEOUT,
);

const common = fc.record({
  Fee: fc.bigInt({ min: 1n, max: 10_000_000n }).map(String),
  Sequence: positive,
  LastLedgerSequence: positive,
  Flags: fc.constantFrom(0, 2147483648),
});
const payment = fc.record(
  {
    TransactionType: fc.constant("Payment"),
    Destination: address,
    Amount: fc.oneof(drops.map(String), token),
    DestinationTag: uint32,
    SourceTag: uint32,
    InvoiceID: bytes(32).map((id) => Buffer.from(id).toString("hex").toUpperCase()),
    Memos: fc.array(
      fc.record({
        Memo: fc.record({
          MemoData: fc
            .uint8Array({ minLength: 1, maxLength: 300 })
            .map((data) => Buffer.from(data).toString("hex").toUpperCase()),
        }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  },
  { requiredKeys: ["TransactionType", "Destination", "Amount"] },
);
const trustSet = fc.record({ TransactionType: fc.constant("TrustSet"), LimitAmount: token });
const transactions = fc
  .tuple(common, fc.oneof(payment, trustSet))
  .map(([shared, own]) => ({ ...shared, ...own }));

function sign(secret: string, transaction: object) {
  return xrpLedger.sign(
    {
      transaction: {
        id: "64c2a1b2c3d4e5f601234567",
        chain: "XRP",
        hashes: ["wallet"],
        signatures: [],
        serializedTransaction: JSON.stringify(transaction),
      },
      signers: [signerOf("wallet", { secret }, xrpLedger)],
    },
    offlineEnvironment(),
  );
}

test(
  "signatures on both curves verify with ripple-keypairs, over the transaction that was asked for",
  async () => {
    await fc.assert(
      fc.asyncProperty(seed, transactions, async (given, transaction) => {
        const secret = generateSeed(given);
        const { publicKey } = deriveKeypair(secret);
        const Account = deriveAddress(publicKey);
        const asked = JSON.parse(JSON.stringify({ ...transaction, Account })) as Record<string, unknown>;
        const { payload } = await sign(secret, asked);
        const { TxnSignature, ...unsigned } = decode(payload) as Record<string, unknown>;
        expect(
          verify(encodeForSigning({ ...asked, SigningPubKey: publicKey }), String(TxnSignature), publicKey),
        ).toBe(true);
        expect(unsigned["SigningPubKey"]).toBe(publicKey);
      }),
      options,
    );
  },
  TIMEOUT,
);

const corePayment = fc.record({
  privateKey,
  destination: address,
  destinationTag: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  drops,
  fee: fc.bigInt({ min: 1n, max: 10_000_000n }),
  sequence: positive,
  lastLedgerSequence: positive,
});

test(
  "payments are signed byte for byte as Trust Wallet Core signs them",
  async () => {
    await fc.assert(
      fc.asyncProperty(corePayment, async (given) => {
        const account = coreAddress(given.privateKey);
        const input = TW.Ripple.Proto.SigningInput.fromObject({
          fee: String(given.fee),
          sequence: given.sequence,
          lastLedgerSequence: given.lastLedgerSequence,
          account,
          privateKey: given.privateKey,
          opPayment: {
            amount: String(given.drops),
            destination: given.destination,
            destinationTag: String(given.destinationTag),
          },
        });
        const output = AnySigner.sign(TW.Ripple.Proto.SigningInput.encode(input).finish(), CoinType.xrp);
        const { encoded, errorMessage } = TW.Ripple.Proto.SigningOutput.decode(output);
        expect(errorMessage).toBe("");
        const expected = Buffer.from(encoded).toString("hex").toUpperCase();
        const { Flags } = decode(expected) as { Flags?: number };
        const { payload } = await sign(`00${Buffer.from(given.privateKey).toString("hex")}`, {
          TransactionType: "Payment",
          Account: account,
          Amount: String(given.drops),
          Destination: given.destination,
          DestinationTag: given.destinationTag,
          Fee: String(given.fee),
          Sequence: given.sequence,
          LastLedgerSequence: given.lastLedgerSequence,
          ...(Flags !== undefined && { Flags }),
        });
        expect(payload).toBe(expected);
      }),
      options,
    );
  },
  TIMEOUT,
);

/** Keys and transactions of Solana beside those of Trust Wallet Core, Solana's own library and the Ed25519 of OpenSSL. */
import { expect, test } from "bun:test";
import { createPrivateKey, sign as opensslSign } from "node:crypto";
import { base58 } from "@scure/base";
import {
  AccountRole,
  type Address,
  appendTransactionMessageInstructions,
  type Blockhash,
  createKeyPairSignerFromPrivateKeyBytes,
  createTransactionMessage,
  getTransactionEncoder,
  pipe,
  setTransactionMessageConfig,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from "@solana/kit";
import { initWasm, TW } from "@trustwallet/wallet-core";
import fc from "fast-check";
import type { PendingTransaction } from "../../chains/chain.ts";
import { solana } from "../../chains/sol.ts";
import {
  messageBytes,
  pendingOf,
  SYSTEM,
  systemTransfer,
} from "../chains/families/solana/message-builder.ts";
import { offlineEnvironment, signerOf } from "../chains/offline-signing-vectors.ts";
import { caseCount } from "./case-count.ts";

const MEMO = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";
const TIMEOUT = 600_000;
const options = { numRuns: caseCount };
/** The beginning of every ed25519 private key in the form PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

const { AnySigner, CoinType, HDWallet } = await initWasm();

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const address = bytes(32).map((key) => base58.encode(key));
const lamports = fc.oneof(
  fc.constantFrom(1n, 2n ** 53n + 1n, 2n ** 64n - 1n),
  fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
);
let cases = 0;

test(
  "the keys of mnemonics are those of Trust Wallet Core at the path of this program",
  () => {
    fc.assert(
      fc.property(
        fc.constantFrom(16, 24, 32).chain(bytes),
        fc.integer({ min: 0, max: 2 ** 31 - 1 }),
        (entropy, index) => {
          const core = HDWallet.createWithEntropy(entropy, "");
          const key = core.getKey(CoinType.solana, `m/44'/501'/0'/0'/${index}'`);
          const publicKey = key.getPublicKeyEd25519().data();
          const wallet = solana.restoreWallet(core.mnemonic(), "mainnet");
          core.delete();
          expect(solana.deriveAddress(wallet, index, "mainnet")).toBe(base58.encode(publicKey));
          expect(solana.derivePrivateKey(wallet, index, "mainnet")).toBe(
            base58.encode(Buffer.concat([key.data(), publicKey])),
          );
        },
      ),
      options,
    );
  },
  TIMEOUT,
);

const transfer = fc.record({
  privateKey: bytes(32),
  feePayerPrivateKey: fc.option(bytes(32)),
  recipient: address,
  amount: lamports,
  blockhash: bytes(32),
  v0Msg: fc.boolean(),
  token: fc.option(
    fc.record({
      tokenMintAddress: address,
      senderTokenAddress: address,
      recipientTokenAddress: address,
      decimals: fc.integer({ min: 0, max: 18 }),
      creates: fc.boolean(),
    }),
  ),
});
type Transfer = typeof transfer extends fc.Arbitrary<infer Value> ? Value : never;

test(
  "transfers of SOL and of tokens are signed byte for byte as Trust Wallet Core signs them",
  async () => {
    await fc.assert(
      fc.asyncProperty(transfer, async (given) => {
        const wire = coreSigned(given);
        const signatures = wire[0]!;
        const message = wire.subarray(1 + 64 * signatures);
        const placed = Buffer.from(message);
        const offset = placed.indexOf(given.blockhash);
        placed.fill(0x60, offset, offset + 32);
        const keys = [given.privateKey, given.feePayerPrivateKey].flatMap((key) =>
          key === null ? [] : [key],
        );
        const signed = await sign(pendingOf(placed), keys, given.blockhash);
        expect(signed.payload).toBe(wire.toString("base64"));

        const asset = given.token === null ? "SOL" : given.token.tokenMintAddress;
        const to = given.token === null ? given.recipient : given.token.recipientTokenAddress;
        expect(solana.describe(pendingOf(placed), "mainnet")).toContainEqual(
          expect.objectContaining({ kind: "transfer", to, amount: String(given.amount), asset }),
        );
      }),
      options,
    );
  },
  TIMEOUT,
);

test(
  "every signature of a transaction of many signers is that of OpenSSL",
  async () => {
    const signers = fc.uniqueArray(bytes(32), {
      minLength: 1,
      maxLength: 8,
      selector: (seed) => base58.encode(seed),
    });
    await fc.assert(
      fc.asyncProperty(
        signers,
        address,
        lamports,
        bytes(32),
        fc.boolean(),
        async (seeds, to, amount, blockhash, isV0) => {
          const addresses = seeds.map((seed) => addressOf(seed));
          const message = {
            ...(isV0 && { version: 0 }),
            signers: addresses,
            writable: [to],
            readonly: [SYSTEM],
            instructions: addresses.map((from) => systemTransfer(from, to, amount)),
          };
          const signed = await sign(pendingOf(messageBytes(message)), seeds.toReversed(), blockhash);
          const expected = messageBytes({ ...message, blockhash });
          const signatures = seeds.map((seed) => opensslSign(null, expected, opensslKey(seed)));
          expect(signed.payload).toBe(
            Buffer.concat([Buffer.of(seeds.length), ...signatures, expected]).toString("base64"),
          );
        },
      ),
      options,
    );
  },
  TIMEOUT,
);

const version1 = fc.record({
  seeds: fc.uniqueArray(bytes(32), {
    minLength: 1,
    maxLength: 4,
    selector: (seed) => base58.encode(seed),
  }),
  recipients: fc.array(fc.tuple(address, lamports), { minLength: 1, maxLength: 20 }),
  memo: fc.nat({ max: 3600 }).map((length) => Buffer.alloc(length, "memo ")),
  resources: fc.record(
    {
      priorityFeeLamports: fc.bigInt({ min: 0n, max: 10n ** 9n - 20_000n }),
      computeUnitLimit: fc.nat({ max: 1_400_000 }),
      loadedAccountsDataSizeLimit: fc.nat({ max: 2 ** 32 - 1 }),
      heapSize: fc.integer({ min: 32, max: 256 }).map((kibibytes) => 1024 * kibibytes),
    },
    { requiredKeys: [] },
  ),
  blockhash: bytes(32),
});
type Version1 = typeof version1 extends fc.Arbitrary<infer Value> ? Value : never;

test(
  "transactions of version 1 are signed byte for byte as Solana's own library signs them",
  async () => {
    await fc.assert(
      fc.asyncProperty(version1, async (given) => {
        const wire = await kitSigned(given);
        const placed = Buffer.from(wire.subarray(0, wire.length - 64 * given.seeds.length));
        placed.fill(0x60, 8, 40);
        if (wire.length > 4096) {
          expect(sign(pendingOf(placed), given.seeds, given.blockhash)).rejects.toThrow("more than 4096");
          return;
        }
        const signed = await sign(pendingOf(placed), given.seeds, given.blockhash);
        expect(signed.payload).toBe(wire.toString("base64"));

        const from = addressOf(given.seeds[0]!);
        const { priorityFeeLamports = 0n } = given.resources;
        const fee = String(5000n * BigInt(given.seeds.length) + priorityFeeLamports);
        expect(solana.describe(pendingOf(placed), "mainnet")).toEqual([
          ...given.recipients.map(([to, amount], at) => ({
            kind: "transfer" as const,
            from: addressOf(given.seeds[at % given.seeds.length]!),
            to,
            amount: String(amount),
            asset: "SOL",
          })),
          { kind: "data", hex: given.memo.toString("hex") },
          { kind: "fee", amount: fee, asset: "SOL", from },
        ]);
      }),
      options,
    );
  },
  TIMEOUT,
);

/** Transfers of all signers in turn and a memo, put together and signed by Solana's own library. */
async function kitSigned({ seeds, recipients, memo, resources, blockhash }: Version1): Promise<Buffer> {
  const signers = await Promise.all(seeds.map((seed) => createKeyPairSignerFromPrivateKeyBytes(seed)));
  const transfers = recipients.map(([to, amount], at) => {
    const signer = signers[at % signers.length]!;
    const { data } = systemTransfer(signer.address, to, amount);
    const accounts = [
      { address: signer.address, role: AccountRole.WRITABLE_SIGNER, signer },
      { address: to as Address, role: AccountRole.WRITABLE },
    ] as const;
    return { programAddress: SYSTEM as Address, accounts, data };
  });
  // A memo names signers as its accounts: also those that transfer nothing have to sign.
  const accounts = signers.map((signer) => ({
    address: signer.address,
    role: AccountRole.READONLY_SIGNER as const,
    signer,
  }));
  const message = pipe(
    createTransactionMessage({ version: 1 }),
    (empty) => setTransactionMessageFeePayerSigner(signers[0]!, empty),
    (paid) =>
      setTransactionMessageLifetimeUsingBlockhash(
        { blockhash: base58.encode(blockhash) as Blockhash, lastValidBlockHeight: 1n },
        paid,
      ),
    (timed) => setTransactionMessageConfig(resources, timed),
    (priced) =>
      appendTransactionMessageInstructions(
        [...transfers, { programAddress: MEMO as Address, accounts, data: memo }],
        priced,
      ),
  );
  const signed = await signTransactionMessageWithSigners(message);
  return Buffer.from(getTransactionEncoder().encode(signed));
}

function coreSigned(given: Transfer): Buffer {
  const { recipient, amount, token } = given;
  const value = String(amount);
  const tokens = token !== null && {
    tokenMintAddress: token.tokenMintAddress,
    senderTokenAddress: token.senderTokenAddress,
    recipientTokenAddress: token.recipientTokenAddress,
    amount: value,
    decimals: token.decimals,
  };
  const input = TW.Solana.Proto.SigningInput.fromObject({
    privateKey: given.privateKey,
    ...(given.feePayerPrivateKey !== null && { feePayerPrivateKey: given.feePayerPrivateKey }),
    recentBlockhash: base58.encode(given.blockhash),
    v0Msg: given.v0Msg,
    txEncoding: TW.Solana.Proto.Encoding.Base64,
    ...(tokens === false
      ? { transferTransaction: { recipient, value } }
      : token?.creates
        ? { createAndTransferTokenTransaction: { ...tokens, recipientMainAddress: recipient } }
        : { tokenTransferTransaction: tokens }),
  });
  const output = AnySigner.sign(TW.Solana.Proto.SigningInput.encode(input).finish(), CoinType.solana);
  const { encoded, errorMessage } = TW.Solana.Proto.SigningOutput.decode(output);
  expect(errorMessage).toBe("");
  return Buffer.from(encoded, "base64");
}

function opensslKey(seed: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
}

function secretKey(seed: Uint8Array): string {
  const { x } = opensslKey(seed).export({ format: "jwk" });
  return base58.encode(Buffer.concat([seed, Buffer.from(String(x), "base64url")]));
}

function addressOf(seed: Uint8Array): string {
  return base58.encode(base58.decode(secretKey(seed)).subarray(32));
}

function sign(transaction: PendingTransaction, seeds: readonly Uint8Array[], blockhash: Uint8Array) {
  cases += 1;
  return solana.sign(
    {
      transaction: { ...transaction, id: String(cases).padStart(24, "0") },
      signers: seeds.map((seed, at) => signerOf(String(at), { privateKey: secretKey(seed) }, solana)),
    },
    offlineEnvironment({
      rpc: async () => ({ value: { blockhash: base58.encode(blockhash), lastValidBlockHeight: 1 } }),
    }),
  );
}

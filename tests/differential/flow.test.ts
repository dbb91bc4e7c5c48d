import { expect, test } from "bun:test";
import { sha3_256 } from "@noble/hashes/sha3.js";
import { encodeTransactionEnvelope, encodeTransactionPayload } from "@onflow/sdk";
import { generateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { computeAddress, HDNodeWallet, Mnemonic, recoverAddress, SigningKey } from "ethers";
import fc from "fast-check";
import type { JsonValue } from "../../chains/codec/exact-json.ts";
import { flow } from "../../chains/flow.ts";
import { answeringEnvironment, type Exchange } from "../chains/answering-environment.ts";
import {
  type SubmittedTransaction,
  signatureOf,
  transactionId,
  voucherOf,
} from "../chains/families/flow/flow-vectors.ts";
import { offlineEnvironment } from "../chains/offline-signing-vectors.ts";
import { requestOf } from "../chains/signing-request.ts";
import { caseCount } from "./case-count.ts";

const TIMEOUT = 600_000;
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const hex = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes).toString("hex"));
const address = hex(8);
const roles = fc.record({ address, keyId: fc.nat({ max: 1000 }) });
const argument = fc.oneof(
  fc.record({ type: fc.constant("String"), value: fc.string({ unit: "grapheme", maxLength: 40 }) }),
  fc.record({ type: fc.constant("UInt64"), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String) }),
  fc.record({ type: fc.constant("Address"), value: address.map((digits) => `0x${digits}`) }),
  fc.record({ type: fc.constant("Bool"), value: fc.boolean() }),
);
const transaction = fc.record({
  privateKey: fc.bigInt({ min: 1n, max: SECP256K1_ORDER - 1n }),
  account: address,
  payer: roles,
  // Sometimes the payer proposes, with the same key or another one.
  proposer: fc.oneof(roles, fc.constantFrom("same key", "same account")),
  sequence: fc.nat({ max: 2 ** 31 }),
  referenceBlock: hex(32),
  script: fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 }),
  args: fc.array(argument, { maxLength: 4 }),
});

test(
  "FLOW messages and ids are those of Flow's SDK, and the authorizer's signature is right",
  async () => {
    await fc.assert(
      fc.asyncProperty(
        transaction,
        async ({ privateKey, account, payer, sequence, referenceBlock, script, args, ...rest }) => {
          const sameAccount = {
            address: payer.address,
            keyId: payer.keyId + (rest.proposer === "same key" ? 0 : 1),
          };
          const proposer = typeof rest.proposer === "string" ? sameAccount : rest.proposer;
          const messages: { data: string; isPayer: boolean }[] = [];
          const host = "rest-mainnet.onflow.org";
          const header = { id: referenceBlock, height: "90000000" };
          const keys = [{ index: String(proposer.keyId), sequence_number: String(sequence) }];
          const exchanges: readonly Exchange[] = [
            { method: "GET", path: "/v3/flow/proposal/true", response: payer },
            { method: "GET", path: "/v3/flow/proposal/false", response: proposer },
            { method: "GET", host, path: "/v1/blocks?height=final&expand=payload", response: [{ header }] },
            {
              method: "GET",
              host,
              path: `/v1/accounts/${proposer.address}?block_height=sealed&expand=contracts,keys`,
              response: { keys },
            },
            {
              method: "POST",
              path: "/v3/flow/sign",
              response: (body): JsonValue => {
                messages.push(body as unknown as { data: string; isPayer: boolean });
                return { signature: "5a".repeat(64) };
              },
            },
          ];
          const digits = privateKey.toString(16).padStart(64, "0");
          const payload = { type: 8, body: { account: `0x${account}`, transaction: script, args } };
          const signed = await flow.sign(
            requestOf(payload, { privateKey: digits }, flow),
            offlineEnvironment(answeringEnvironment(exchanges, flow.facts, "mainnet")),
          );

          const submitted = JSON.parse(signed.payload) as SubmittedTransaction;
          const voucher = voucherOf(submitted);
          const payloadMessage = encodeTransactionPayload(voucher);
          const payloadSigs = submitted.payload_signatures.map(signatureOf);
          const envelope = encodeTransactionEnvelope({ ...voucher, payloadSigs });
          expect(messages).toEqual([
            ...(rest.proposer === "same key" ? [] : [{ data: payloadMessage, isPayer: false }]),
            { data: envelope, isPayer: true },
          ]);
          expect(signed.transactionId).toBe(transactionId(submitted));
          expect(Buffer.from(submitted.script, "base64").toString()).toBe(Buffer.from(script).toString());

          const { sig } = payloadSigs.at(-1)!;
          const digest = sha3_256(Buffer.from(payloadMessage, "hex"));
          expectSignedBy(`0x${digits}`, digest, sig);
        },
      ),
      { numRuns: caseCount },
    );
  },
  TIMEOUT,
);

/** Recovery gives the signer's key for one of the two parities; a high s has to be mirrored for ethers. */
function expectSignedBy(privateKey: string, digest: Uint8Array, signature: string): void {
  const s = BigInt(`0x${signature.slice(64)}`);
  const low = s > SECP256K1_ORDER / 2n ? SECP256K1_ORDER - s : s;
  const recovered = [27, 28].map((v) =>
    recoverAddress(digest, {
      r: `0x${signature.slice(0, 64)}`,
      s: `0x${low.toString(16).padStart(64, "0")}`,
      v,
    }),
  );
  expect(recovered).toContain(computeAddress(new SigningKey(privateKey)));
}

test(
  "FLOW keys of mnemonics are those of ethers' BIP-32",
  () => {
    for (let run = 0; run < caseCount; run++) {
      const words = generateMnemonic(wordlist, run % 2 === 0 ? 128 : 256);
      const index = run * 7;
      const node = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(words), `m/44'/539'/0'/0/${index}`);
      const wallet = flow.restoreWallet(words, "mainnet");
      expect(`0x${flow.derivePrivateKey(wallet, index, "mainnet")}`).toBe(node.privateKey);
      expect(`0x04${flow.deriveAddress(wallet, index, "mainnet")}`).toBe(node.signingKey.publicKey);
    }
  },
  TIMEOUT,
);

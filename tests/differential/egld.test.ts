import { expect, test } from "bun:test";
import { Address, Mnemonic, Transaction, TransactionComputer, UserSecretKey } from "@multiversx/sdk-core";
import { generateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import fc from "fast-check";
import { multiversx } from "../../chains/egld.ts";
import { answeringEnvironment, type Exchange } from "../chains/answering-environment.ts";
import { offlineEnvironment } from "../chains/offline-signing-vectors.ts";
import { requestOf } from "../chains/signing-request.ts";
import { caseCount } from "./case-count.ts";

const TIMEOUT = 600_000;
const NODE = "/v3/egld/node/TEST-API-KEY";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const transaction = fc.record({
  secretKey: bytes32,
  receiver: bytes32,
  units: fc.bigInt({ min: 0n, max: 10n ** 27n }),
  data: fc.option(fc.string({ unit: "grapheme", maxLength: 80 }), { nil: undefined }),
  nonce: fc.nat({ max: 2 ** 40 }),
  gasPrice: fc.integer({ min: 1, max: 10 ** 9 }),
  gasLimit: fc.integer({ min: 1, max: 600_000_000 }),
  version: fc.constantFrom(1, 2),
  options: fc.constantFrom(0, 1),
});
type Fields = typeof transaction extends fc.Arbitrary<infer Value> ? Value : never;

function decimal(units: bigint): string {
  const digits = units.toString().padStart(19, "0");
  return `${digits.slice(0, -18)}.${digits.slice(-18)}`;
}

async function sign(fields: Fields, sender: string) {
  const { secretKey, receiver, units, data, nonce, gasPrice, gasLimit, version, options } = fields;
  const config = {
    erd_chain_id: "1",
    erd_min_gas_price: gasPrice,
    erd_min_transaction_version: version,
  };
  const exchanges: readonly Exchange[] = [
    { method: "GET", path: `${NODE}/network/config`, response: { data: { config } } },
    { method: "GET", path: `${NODE}/address/${sender}/nonce`, response: { data: { nonce } } },
    { method: "POST", path: `${NODE}/transaction/cost`, response: { data: { txGasUnits: gasLimit } } },
  ];
  const to = new Address(receiver).toBech32();
  const payload = { to, value: decimal(units), ...(data !== undefined && { data }), options };
  const wallet = { privateKey: Buffer.from(secretKey).toString("hex") };
  return multiversx.sign(
    requestOf(payload, wallet, multiversx),
    offlineEnvironment(answeringEnvironment(exchanges, multiversx.facts, "mainnet")),
  );
}

test(
  "EGLD transactions and their ids are those of the MultiversX SDK",
  async () => {
    const computer = new TransactionComputer();
    await fc.assert(
      fc.asyncProperty(transaction, async (fields) => {
        const { receiver, units, data = "", nonce, gasPrice, gasLimit, version, options } = fields;
        const secretKey = new UserSecretKey(fields.secretKey);
        const sender = secretKey.generatePublicKey().toAddress("erd");
        const expected = new Transaction({
          nonce: BigInt(nonce),
          value: units,
          receiver: new Address(receiver),
          sender,
          gasPrice: BigInt(gasPrice),
          gasLimit: BigInt(gasLimit),
          data: Buffer.from(data),
          chainID: "1",
          version: options === 1 ? 2 : version,
          options,
        });
        expected.signature = secretKey.sign(computer.computeBytesForVerifying(expected));

        const signed = await sign(fields, sender.toBech32());
        const { signature, ...unsigned } = JSON.parse(signed.payload);
        expect(JSON.stringify(unsigned)).toBe(
          Buffer.from(computer.computeBytesForSigning(expected)).toString(),
        );
        expect(signature).toBe(Buffer.from(expected.signature).toString("hex"));
        expect(signed.transactionId).toBe(computer.computeTransactionHash(expected));
      }),
      { numRuns: caseCount },
    );
  },
  TIMEOUT,
);

test(
  "EGLD accounts of mnemonics are those of the MultiversX SDK",
  () => {
    for (let run = 0; run < caseCount; run++) {
      const words = generateMnemonic(wordlist, run % 2 === 0 ? 128 : 256);
      const index = run * 7;
      const key = Mnemonic.fromString(words).deriveKey(index);
      const wallet = multiversx.restoreWallet(words, "mainnet");
      expect(multiversx.derivePrivateKey(wallet, index, "mainnet")).toBe(key.hex());
      expect(multiversx.deriveAddress(wallet, index, "mainnet")).toBe(
        key.generatePublicKey().toAddress("erd").toBech32(),
      );
    }
  },
  TIMEOUT,
);

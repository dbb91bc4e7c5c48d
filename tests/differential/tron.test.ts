import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import fc from "fast-check";
import { parseExactJson } from "../../chains/codec/exact-json.ts";
import type { FieldType, MessageType } from "../../chains/families/tron/message.ts";
import { SYSTEM_CONTRACTS } from "../../chains/families/tron/system-contracts.ts";
import { tron } from "../../chains/tron.ts";
import { offlineEnvironment, signerOf } from "../chains/offline-signing-vectors.ts";
import { caseCount } from "./case-count.ts";

// As CommonJS: its parts need globals of each other, so they have to be loaded one after another.
const { utils } = createRequire(import.meta.url)("tronweb") as typeof import("tronweb");

/** Fields that tronweb does not write, whatever the JSON says. */
const UNWRITTEN = new Set([
  "AccountCreateContract.type",
  "VoteWitnessContract.support",
  "AssetIssueContract.order",
  "AssetIssueContract.id",
  "AssetIssueContract.vote_score",
  "CreateSmartContract.contract_address",
  "CreateSmartContract.code_hash",
  "CreateSmartContract.trx_hash",
  "CreateSmartContract.version",
  "AccountPermissionUpdateContract.parent_id",
]);

const hex = (minLength: number, maxLength = minLength) =>
  fc.uint8Array({ minLength, maxLength }).map((bytes) => Buffer.from(bytes).toString("hex"));
const privateKey = hex(31).map((digits) => `01${digits}`);
const address = hex(20).map((account) => `41${account}`);

/** JSON of a message with every field set. */
function messageJson({ fields }: MessageType, contract: string): fc.Arbitrary<Record<string, unknown>> {
  const written = fields.filter(({ name }) => !UNWRITTEN.has(`${contract}.${name}`));
  return fc.record(Object.fromEntries(written.map(({ name, type }) => [name, fieldJson(type, contract)])));
}

function fieldJson(type: FieldType, contract: string): fc.Arbitrary<unknown> {
  if (typeof type === "object") {
    if (type.kind === "enum") return fc.constantFrom(...type.names);
    if (type.kind === "message") return messageJson(type, contract);
    // Of the frozen supplies, tronweb writes one.
    const maxLength = contract === "AssetIssueContract" ? 1 : 3;
    return fc.array(messageJson(type.of, contract), { minLength: 1, maxLength });
  }
  switch (type) {
    case "address":
      return address;
    case "bytes":
      return hex(1, 150);
    case "string":
      return fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });
    case "bool":
      return fc.boolean();
    case "int32":
      return fc.integer({ min: 0, max: 2 ** 31 - 1 });
    case "int64":
      return fc.oneof(fc.nat(300), fc.maxSafeNat());
  }
}

const contract = fc
  .constantFrom(...[...SYSTEM_CONTRACTS].filter(([type]) => type !== "UnfreezeAssetContract"))
  .chain(([type, { parameter }]) =>
    fc.record({ type: fc.constant(type), value: messageJson(parameter, type) }),
  );

const rawData = fc.record(
  {
    ref_block_bytes: hex(2),
    ref_block_hash: hex(8),
    expiration: fc.integer({ min: 1, max: 4_000_000_000_000 }),
    timestamp: fc.integer({ min: 1, max: 4_000_000_000_000 }),
    data: hex(1, 60),
    fee_limit: fc.integer({ min: 1, max: 15_000_000_000 }),
    permissionId: fc.integer({ min: 1, max: 9 }),
  },
  { requiredKeys: ["ref_block_bytes", "ref_block_hash", "expiration", "timestamp"] },
);

/** The JSON of a transaction with the bytes and the id that tronweb makes of it. */
function nodeTransaction(
  { permissionId, ...raw }: { readonly permissionId?: number; readonly [member: string]: unknown },
  { type, value }: { readonly type: string; readonly value: Record<string, unknown> },
) {
  const parameter = { value, type_url: `type.googleapis.com/protocol.${type}` };
  const permission = permissionId === undefined ? {} : { Permission_id: permissionId };
  const transaction = {
    visible: false,
    txID: "",
    raw_data: { ...raw, contract: [{ parameter, type, ...permission }] },
    raw_data_hex: "",
  };
  const encoded = utils.transaction.txJsonToPb(transaction);
  transaction.txID = utils.transaction.txPbToTxID(encoded).replace(/^0x/, "");
  transaction.raw_data_hex = utils.transaction.txPbToRawDataHex(encoded).toLowerCase();
  return transaction;
}

const pendingOf = (transaction: unknown) => ({
  id: "5e68c66581f2ee32bc354087",
  chain: "TRON",
  serializedTransaction: JSON.stringify(transaction),
  hashes: ["26117108-223b-41d0-9e63-b299b21a6277"],
  signatures: [],
});

describe("TRON beside tronweb", () => {
  test("transactions of every contract type are signed as tronweb signs them", async () => {
    const property = fc.asyncProperty(privateKey, contract, rawData, async (key, { type, value }, raw) => {
      const owner = utils.address.toHex(utils.crypto.pkToAddress(key)).toLowerCase();
      const transaction = nodeTransaction(raw, { type, value: { ...value, owner_address: owner } });
      const request = {
        transaction: pendingOf(transaction),
        signers: [signerOf("26117108-223b-41d0-9e63-b299b21a6277", { privateKey: key }, tron)],
      };
      const signed = await tron.sign(request, offlineEnvironment());

      const theirs = utils.crypto.signTransaction(key, structuredClone(transaction));
      expect(parseExactJson(signed.payload)).toEqual(JSON.parse(JSON.stringify(theirs)));
      expect(signed.transactionId).toBe(transaction.txID);
      const [signature] = JSON.parse(signed.payload).signature as [string];
      expect(utils.crypto.ecRecover(transaction.txID, signature).toLowerCase()).toBe(owner);
      expect(tron.describe(request.transaction, "mainnet").length).toBeGreaterThan(0);
    });
    await fc.assert(property, { numRuns: caseCount });
  }, 600_000);

  test("a transaction of which one byte differs is refused", async () => {
    const property = fc.asyncProperty(
      privateKey,
      contract,
      rawData,
      fc.nat(),
      async (key, call, raw, place) => {
        const owner = utils.address.toHex(utils.crypto.pkToAddress(key)).toLowerCase();
        const transaction = nodeTransaction(raw, { ...call, value: { ...call.value, owner_address: owner } });
        const bytes = Buffer.from(transaction.raw_data_hex, "hex");
        const at = place % bytes.length;
        bytes[at] = bytes[at]! ^ 1;
        const changed = {
          ...transaction,
          raw_data_hex: bytes.toString("hex"),
          txID: createHash("sha256").update(bytes).digest("hex"),
        };
        expect(() => tron.describe(pendingOf(changed), "mainnet")).toThrow("Invalid transaction");
      },
    );
    await fc.assert(property, { numRuns: caseCount });
  }, 600_000);

  test("addresses and keys of mnemonics are those of tronweb", () => {
    const property = fc.property(hex(32), fc.nat(2 ** 31 - 1), (entropy, index) => {
      const mnemonic = utils.ethersUtils.Mnemonic.fromEntropy(`0x${entropy}`).phrase;
      const path = `m/44'/195'/0'/0/${index}`;
      const account = utils.accounts.generateAccountWithMnemonic(mnemonic, path);
      const wallet = tron.restoreWallet(mnemonic, "mainnet");
      expect(tron.deriveAddress(wallet, index, "mainnet")).toBe(account.address);
      expect(`0x${tron.derivePrivateKey(wallet, index, "mainnet")}`).toBe(account.privateKey);
    });
    fc.assert(property, { numRuns: caseCount });
  }, 600_000);
});

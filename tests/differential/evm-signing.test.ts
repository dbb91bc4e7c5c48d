import { describe, expect, test } from "bun:test";
import {
  computeAddress,
  concat,
  dataSlice,
  decodeRlp,
  encodeRlp,
  keccak256,
  SigningKey,
  Transaction,
  toBeHex,
  toBigInt,
  Wallet,
} from "ethers";
import fc from "fast-check";
import { celo } from "../../chains/celo.ts";
import type { Network } from "../../chains/chain.ts";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import type { EvmChain } from "../../chains/families/evm/chain.ts";
import { evmChains } from "../chains/families/evm/evm-chains.ts";
import { pendingOf, signerOf } from "../chains/families/evm/evm-requests.ts";
import { type Exchange, environmentOf } from "../chains/families/evm/fake-environment.ts";
import { caseCount } from "./case-count.ts";

const TIMEOUT = 600_000;
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const UNBOUND = String(2n ** 256n - 1n);

const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
const hex = (minLength: number, maxLength = minLength) =>
  fc.uint8Array({ minLength, maxLength }).map((bytes) => `0x${Buffer.from(bytes).toString("hex")}`);
const privateKey = fc.bigInt({ min: 1n, max: SECP256K1_ORDER - 1n }).map((key) => toBeHex(key, 32));
const accessList = fc.array(
  fc.record({ address: hex(20), storageKeys: fc.array(hex(32), { maxLength: 3 }) }),
  { maxLength: 3 },
);
const market = fc
  .tuple(uint(120), uint(120))
  .map(([a, b]) => (a > b ? [a, b] : [b, a]) as [bigint, bigint])
  .map(([maxFeePerGas, maxPriorityFeePerGas]) => ({ maxFeePerGas, maxPriorityFeePerGas }));
// 0 stands for "not given" on most chains.
const gasPrice = uint(120).map((price) => price + 1n);

const call = fc.record(
  { nonce: uint(52).map((nonce) => nonce + 1n), to: hex(20), value: uint(256), data: hex(0, 200) },
  { requiredKeys: ["nonce", "to", "value"] },
);
const creation = fc.record({
  nonce: uint(52).map((nonce) => nonce + 1n),
  value: uint(256),
  data: hex(1, 200),
});
// 100,000 gas are enough for the data and the access list. More than 2^40 nobody ever allowed.
const gasOf = ({ facts }: EvmChain) => {
  const limits = Object.values(facts.networkRules).map(({ maxGasLimit = 2n ** 40n }) => maxGasLimit);
  const max = limits.reduce((least, limit) => (limit < least ? limit : least), 2n ** 40n);
  return fc.bigInt({ min: 100_000n, max });
};
const action = (chain: EvmChain) =>
  fc.tuple(fc.oneof(call, creation), gasOf(chain)).map(([fields, gas]) => ({ ...fields, gas }));
const fees = fc.oneof(
  fc.record({ type: fc.constant(0), gasPrice }),
  fc.record({ type: fc.constant(1), gasPrice, accessList }),
  fc.tuple(market, accessList).map(([prices, list]) => ({ type: 2, ...prices, accessList: list })),
);
type Fields = { readonly [name: string]: unknown; readonly gas: bigint };
const transaction = (chain: EvmChain) =>
  fc.tuple(action(chain), fees).map(([what, price]): Fields => ({ ...what, ...price }));

/** A quantity as callers write it. */
const spellings = fc.infiniteStream(fc.constantFrom("integer", "decimal", "hex"));

function spell(fields: Fields, spelling: Iterator<string>): Record<string, unknown> {
  const spelled = (value: unknown) => {
    if (typeof value !== "bigint") return value;
    const how = spelling.next().value;
    if (how === "integer") return value;
    return how === "decimal" ? value.toString() : `0x${value.toString(16)}`;
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, spelled(value)]));
}

async function sign(chain: EvmChain, key: string, fields: Fields, chainId: bigint, network: Network) {
  const { ticker, node, gasEstimate } = chain.facts;
  const answer = (method: string, result: bigint): Exchange => ({
    method: "POST",
    path: node.path.replace("{key}", "test-api-key"),
    requestBodySubset: { method, params: [] },
    response: { result: `0x${result.toString(16)}` },
  });
  const exchanges = [answer(node.chainIdMethod, chainId), answer(gasEstimate.method, fields.gas)];
  const settings = {
    [`TATUM_KMS_MAX_FEE_${ticker}`]: UNBOUND,
    [`TATUM_KMS_MAX_GAS_PRICE_${ticker}`]: UNBOUND,
  };
  return chain.sign(
    {
      transaction: pendingOf(stringifyExactJson({ ...fields, chainId: Number(chainId) })),
      signers: [signerOf("signature-id", { privateKey: key }, chain, network)],
    },
    environmentOf(exchanges, { network, settings }),
  );
}

const networks = fc.constantFrom<Network>("mainnet", "testnet");
const chainIdOf = (chain: EvmChain, network: Network) => chain.facts.chainIds[network][0]!;

describe.each(evmChains.map((chain) => [chain.facts.ticker, chain] as const))("%s", (_, chain) => {
  test(
    "transactions are those of ethers, byte by byte",
    async () => {
      await fc.assert(
        fc.asyncProperty(
          privateKey,
          transaction(chain),
          networks,
          spellings,
          async (key, fields, network, spelling) => {
            const chainId = chainIdOf(chain, network);
            const { gas, nonce, ...rest } = fields;
            const expected = await new Wallet(key).signTransaction({
              ...rest,
              gasLimit: gas,
              nonce: Number(nonce),
              chainId,
            });
            const signed = await sign(chain, key, { ...spell(fields, spelling), gas }, chainId, network);
            expect<string>(signed.payload).toBe(expected);
            expect<string | null>(signed.transactionId).toBe(Transaction.from(expected).hash);
          },
        ),
        { numRuns: caseCount },
      );
    },
    TIMEOUT,
  );
});

test(
  "CELO transactions with a fee currency (CIP-64) decode to what was asked, and their signature gives the sender",
  async () => {
    const cip64 = fc
      .tuple(action(celo), market, accessList, hex(20))
      .map(([what, prices, list, feeCurrency]) => ({ ...what, ...prices, accessList: list, feeCurrency }));
    await fc.assert(
      fc.asyncProperty(privateKey, cip64, networks, async (key, fields, network) => {
        const chainId = chainIdOf(celo, network);
        const { payload, transactionId } = await sign(celo, key, fields, chainId, network);
        expect(dataSlice(payload, 0, 1)).toBe("0x7b");
        expect(transactionId).toBe(keccak256(payload));

        const items = decodeRlp(dataSlice(payload, 1)) as string[];
        const integer = (item: string | undefined) => (item === "0x" ? 0n : toBigInt(item!));
        const [parity, r, s] = items.slice(10);
        const unsigned = items.slice(0, 10);
        const { to = "0x", data = "0x" } = fields as { to?: string; data?: string };
        expect(unsigned.slice(0, 5).map(integer)).toEqual([
          chainId,
          fields.nonce,
          fields.maxPriorityFeePerGas,
          fields.maxFeePerGas,
          fields.gas,
        ]);
        expect(unsigned.slice(5) as unknown[]).toEqual([
          to,
          fields.value === 0n ? "0x" : toBeHex(fields.value),
          data,
          fields.accessList.map(({ address, storageKeys }) => [address, storageKeys]),
          fields.feeCurrency,
        ]);
        const digest = keccak256(concat(["0x7b", encodeRlp(unsigned)]));
        const signature = {
          r: toBeHex(integer(r), 32),
          s: toBeHex(integer(s), 32),
          v: 27 + Number(integer(parity)),
        };
        expect(computeAddress(SigningKey.recoverPublicKey(digest, signature))).toBe(computeAddress(key));
      }),
      { numRuns: caseCount },
    );
  },
  TIMEOUT,
);

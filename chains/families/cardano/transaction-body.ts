/**
 * The body of a Cardano transaction, held against the operations that it was built from.
 * https://github.com/IntersectMBO/cardano-ledger/blob/cardano-ledger-conway-1.12.0.0/eras/conway/impl/cddl-files/conway.cddl
 */

import { bytesToHex, equalBytes } from "@noble/curves/utils.js";
import * as v from "valibot";
import { ChainError } from "../../error.ts";
import type { Operations } from "./payload.ts";

/** What the signer learns from a body that does what the operations say. */
export interface CheckedBody {
  readonly fee: bigint;
  /** The last slot in which the network takes the transaction. */
  readonly ttl: bigint;
}

const uint = v.union([
  v.pipe(
    v.number(),
    v.safeInteger(),
    v.minValue(0),
    v.transform((value) => BigInt(value)),
  ),
  v.pipe(v.bigint(), v.minValue(0n)),
]);
const bytes = v.instance(Uint8Array);

const input = v.pipe(
  v.strictTuple([v.pipe(bytes, v.length(32)), uint]),
  v.transform(([transactionId, index]) => `${bytesToHex(transactionId)}:${index}`),
);

/** Without native tokens, datum and script, in the form of Shelley (array) or of Babbage (map). */
const output = v.union([
  v.pipe(
    v.strictTuple([bytes, uint]),
    v.transform(([address, amount]) => ({ address, amount })),
  ),
  v.pipe(
    v.map(v.number(), v.unknown()),
    v.size(2),
    v.transform((fields) => [fields.get(0), fields.get(1)]),
    v.strictTuple([bytes, uint]),
    v.transform(([address, amount]) => ({ address, amount })),
  ),
]);

/** Certificates, withdrawals, minting, metadata and all else that a payment does not have are unknown fields here. */
const body = v.pipe(
  v.map(v.picklist([0, 1, 2, 3]), v.unknown()),
  v.transform((fields) => ({
    inputs: fields.get(0),
    outputs: fields.get(1),
    fee: fields.get(2),
    ttl: fields.get(3),
  })),
  v.object({ inputs: v.array(input), outputs: v.array(output), fee: uint, ttl: uint }),
);

/**
 * Compares a decoded transaction body with the operations it was built from: the same coins are spent, the same
 * amounts go to the same addresses, the fee is the rest, and nothing else happens.
 *
 * @throws ChainError `UNSAFE_TRANSACTION` naming the difference.
 */
export function assertBodyDoes(operations: Operations, decoded: unknown): CheckedBody {
  const parsed = v.safeParse(body, decoded);
  if (!parsed.success) {
    const unknown = unknownField(decoded);
    throw unsafe(
      unknown === undefined
        ? `its ${v.getDotPath(parsed.issues[0]) ?? "content"} is not that of a payment in ADA`
        : `its field ${unknown} does not belong to a payment in ADA`,
    );
  }
  const { inputs, outputs, fee, ttl } = parsed.output;
  const coins = operations.inputs.map(({ coin }) => coin);
  if (inputs.toSorted().join() !== coins.toSorted().join()) throw unsafe("it spends other coins");
  if (outputs.length !== operations.outputs.length) throw unsafe(`it has ${outputs.length} outputs`);
  for (const [position, { address, amount }] of outputs.entries()) {
    const asked = operations.outputs[position];
    if (asked === undefined || !equalBytes(asked.address.bytes, address) || asked.amount !== amount) {
      throw unsafe(`its output ${position} pays another amount or another address`);
    }
  }
  if (fee !== operations.fee) throw unsafe(`its fee is ${fee} lovelace instead of ${operations.fee}`);
  return { fee, ttl };
}

function unknownField(decoded: unknown): string | undefined {
  if (!(decoded instanceof Map)) return undefined;
  const unknown = [...decoded.keys()].find((field) => ![0, 1, 2, 3].includes(field));
  return typeof unknown === "number" ? String(unknown) : undefined;
}

function unsafe(difference: string): ChainError {
  return new ChainError(
    "UNSAFE_TRANSACTION",
    `The construction API built another transaction than the operations ask for: ${difference}. Nothing was signed.`,
  );
}

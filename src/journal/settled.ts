/**
 * What is kept for ever of a job that ended: so much that its transaction is never signed again. The rest is dropped after the
 * retention time.
 */
import * as v from "valibot";
import type { Job } from "./job.ts";

/** The state that the row of such a job shows. */
export const settledState = "settled";

/** The last states that there are, as one byte. */
const lastStates = ["done", "cancelled"] as const;

const STATE_LENGTH = 1;
const DIGEST_LENGTH = 32;

const schema = v.object({
  state: v.picklist(lastStates),
  digest: v.pipe(v.instance(Uint8Array), v.length(DIGEST_LENGTH)),
  chain: v.pipe(v.string(), v.nonEmpty()),
  network: v.picklist(["mainnet", "testnet"]),
  transactionId: v.string(),
});

/** One byte of state, the digest of the content, then chain, network and transaction id (none: empty), each after a blank. */
export function sealSettled({ state, contentDigest, chain, network, signed, txId }: Job): Uint8Array {
  const byte = (lastStates as readonly string[]).indexOf(state);
  const text = [chain, network, signed?.transactionId ?? txId ?? ""].join(" ");
  return Buffer.concat([Uint8Array.of(byte), Buffer.from(contentDigest, "hex"), Buffer.from(text, "utf8")]);
}

/**
 * The counterpart of {@link sealSettled}, as a job whose id only who asks for it knows.
 * @throws ValiError
 */
export function openSettled(bytes: Uint8Array): Omit<Job, "key" | "revision" | "attemptAt" | "updatedAt"> {
  const [chain, network, transactionId] = Buffer.from(bytes.subarray(STATE_LENGTH + DIGEST_LENGTH))
    .toString("utf8")
    .split(" ");
  const settled = v.parse(schema, {
    state: lastStates[bytes[0] ?? lastStates.length],
    digest: bytes.subarray(STATE_LENGTH, STATE_LENGTH + DIGEST_LENGTH),
    chain,
    network,
    transactionId,
  });
  return {
    id: "",
    chain: settled.chain,
    network: settled.network,
    state: settled.state,
    contentDigest: Buffer.from(settled.digest).toString("hex"),
    ...(settled.transactionId === "" ? {} : { txId: settled.transactionId }),
    attempts: 0,
    refusals: 0,
    reported: [],
    createdAt: 0,
    isSettled: true,
  };
}

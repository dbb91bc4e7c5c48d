/**
 * Off-chain withdrawals of the Tatum API: the inputs that its ledger chose, and the wallet that signs them.
 * https://apidoc.tatum.io/
 */
import * as v from "valibot";
import type { PendingTransaction, Signer, SigningRequest } from "../../chain.ts";
import { describeIssue } from "../../codec/issue.ts";
import { smallNumber } from "../../codec/quantity.ts";
import { ChainError } from "../../error.ts";

/** The IDs of the wallets a pending transaction names, each once, for error messages. */
export function walletIds({ transaction }: SigningRequest): string {
  return [...new Set([...transaction.hashes, ...transaction.signatures.map(({ id }) => id)])].join(", ");
}

/** `vIn` of the entry that describes the change and stands for no input. */
const CHANGE_ENTRY = "-1";

const derivationIndex = smallNumber(0x7fff_ffff);
const withdrawalResponses = v.array(
  v.object({
    vIn: v.string(),
    vInIndex: v.nullish(smallNumber(0xffff_ffff, -1)),
    address: v.nullish(
      v.object({ address: v.nullish(v.string()), derivationKey: v.nullish(derivationIndex) }),
    ),
  }),
);

/** What the ledger says about an input of an off-chain withdrawal. */
export interface WithdrawalInput {
  /** Transaction id and position of the spent output. */
  readonly transactionId: string;
  readonly outputIndex: number | undefined;
  /** Index of the key below the wallet's account node. */
  readonly derivationIndex: number;
  /** The address the ledger knows for that key. */
  readonly address: string | undefined;
}

/**
 * The inputs in `withdrawalResponses`, without the entry for the change.
 *
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function withdrawalInputs(transaction: PendingTransaction): readonly WithdrawalInput[] {
  if (transaction.withdrawalResponses === undefined) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `Transaction ${transaction.id} has a withdrawalId, but its withdrawalResponses is missing.`,
      { reportedText: "Error: Unsupported chain." },
    );
  }
  const parsed = v.safeParse(withdrawalResponses, transaction.withdrawalResponses);
  if (!parsed.success) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `Transaction ${transaction.id}: withdrawalResponses is not valid: ${describeIssue(parsed.issues[0])}.`,
    );
  }
  return parsed.output
    .filter((entry) => entry.vIn !== CHANGE_ENTRY)
    .map((entry) => ({
      transactionId: entry.vIn,
      outputIndex: entry.vInIndex ?? undefined,
      derivationIndex: entry.address?.derivationKey ?? 0,
      address: entry.address?.address ?? undefined,
    }));
}

/**
 * The wallet whose keys sign an off-chain withdrawal: the first one, a mnemonic.
 *
 * @throws ChainError `MISSING_KEY`
 */
export function withdrawalWallet(request: SigningRequest): Signer {
  const [signer] = request.signers;
  if (signer === undefined) {
    throw new ChainError("MISSING_KEY", `No wallet of ${walletIds(request)} is in the vault.`);
  }
  if (signer.kind !== "mnemonic") {
    throw new ChainError(
      "MISSING_KEY",
      `Input 0 and all others are not signed: an off-chain withdrawal needs a mnemonic wallet, but wallet ` +
        `${signer.signatureId} is a single private key. Use the wallet whose xpub the ledger account has.`,
    );
  }
  return signer;
}

/** Solana, as the tests of all chains have to know it. */
import { getCompiledTransactionMessageDecoder } from "@solana/transaction-messages";
import { seedOfSecretKey } from "../../../chains/families/solana/private-key.ts";
import { LIFETIME, type TestedChain } from "../tested-chain.ts";

const PHANTOM = "m/44'/501'/0'/0'";
const TOKEN_TRANSFER_CHECKED = 12;

/** Accounts by name and not by number, so that only those count that something is done with. */
function signedFields(payload: string): Record<string, unknown> {
  const wire = Buffer.from(payload, "base64");
  const message = getCompiledTransactionMessageDecoder().decode(wire.subarray(1 + 64 * (wire[0] ?? 0)));
  if (message.version === 1) throw new Error("No vector is of version 1.");
  const { header, staticAccounts, lifetimeToken, version } = message;
  const lookups = "addressTableLookups" in message ? message.addressTableLookups : [];
  const last = staticAccounts.length - header.numReadonlyNonSignerAccounts;
  const nameOf = (index: number): unknown =>
    staticAccounts[index] ?? [index - staticAccounts.length, lookups];
  const isWritable = (index: number): boolean =>
    index < header.numSignerAccounts - header.numReadonlySignerAccounts ||
    (index >= header.numSignerAccounts && index < last);
  const decimals: unknown[] = [];
  const instructions = message.instructions.map(({ programAddressIndex, accountIndices = [], data = [] }) => {
    const bytes = [...(data as Iterable<number>)];
    const isChecked = bytes[0] === TOKEN_TRANSFER_CHECKED && bytes.length === 10;
    if (isChecked) decimals.push(bytes.pop());
    return [nameOf(programAddressIndex), accountIndices.map(nameOf), bytes];
  });
  return {
    version,
    lifetimeToken,
    signers: staticAccounts.slice(0, header.numSignerAccounts),
    instructions,
    decimals,
    writable: message.instructions.map(({ accountIndices = [] }) => accountIndices.map(isWritable)),
  };
}

export const tested: TestedChain = {
  alsoNamed: ["has to sign as well"],
  hiddenFields: {
    lifetimeToken: LIFETIME,
    decimals: "of the token that is transferred; the network refuses a wrong number",
    writable:
      "which accounts may be written to: a known instruction that lacks the right fails, one that is not decoded shows it",
  },
  signedFields,
  numbers: [],
  otherWallets: [PHANTOM, PHANTOM],
  tokenCurve: "ed25519",
  ed25519: {
    shown: (payload) => Buffer.from(payload, "base64").toString("hex"),
    idDepends: true,
    seed: seedOfSecretKey,
  },
};

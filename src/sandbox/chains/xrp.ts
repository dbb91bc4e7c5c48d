/** The XRP Ledger in the sandbox: a payment without its signature. */
import { sha512 } from "@noble/hashes/sha2.js";
import { jsonResponse } from "../api-error.ts";
import type { Route } from "../routes.ts";
import {
  type ExamplePayment,
  type ExampleWallet,
  type KnownOfNetwork,
  readTransactions,
  type SandboxChain,
} from "./chain.ts";

/** 1 XRP. */
const DROPS = "1000000";

/** Invented: where all accounts begin. */
const FIRST_SEQUENCE = 1_000_000;

/** Invented: the ledger that is open, and the last one that may hold a payment. */
const OPEN_LEDGER = 80_000_000;
const LAST_LEDGER = 90_000_000;

/** A payment that lacks its signature only. */
function payment(wallet: ExampleWallet): ExamplePayment {
  const { signatureId, address, to = address, index } = wallet;
  const transaction = {
    TransactionType: "Payment",
    Account: address,
    Destination: to,
    Amount: DROPS,
    Fee: "12",
    Sequence: FIRST_SEQUENCE,
    LastLedgerSequence: LAST_LEDGER,
    Flags: 0,
  };
  return {
    chain: "XRP",
    serializedTransaction: JSON.stringify(transaction),
    hashes: [signatureId],
    ...(index !== undefined && { index }),
  };
}

/** The prefix `TXN\0` of what a transaction id is the hash of. */
const ID_PREFIX = Uint8Array.of(0x54, 0x58, 0x4e, 0x00);

/** The first half of SHA-512, in capitals; a blob begins with the field of its type. */
function transactionId(txData: string): string | undefined {
  if (!/^12(?:[0-9A-F]{2}){3,}$/.test(txData)) return undefined;
  const digest = sha512(Buffer.concat([ID_PREFIX, Buffer.from(txData, "hex")]));
  return Buffer.from(digest.subarray(0, 32)).toString("hex").toUpperCase();
}

/** The sequence number that the account's next transaction has to have. */
async function nextSequence(account: string, blobs: Iterable<string>): Promise<number> {
  const { decodeFields } = await import("../../../chains/families/xrp/encode.ts");
  const sent = readTransactions(blobs, decodeFields).filter((fields) => fields["Account"] === account);
  return Math.max(FIRST_SEQUENCE, ...sent.map((fields) => Number(fields["Sequence"] ?? 0) + 1));
}

function endpoints({ broadcasts }: KnownOfNetwork): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v3/xrp/account/:account",
      handle: async (request) => {
        const Account = request.parameter("account");
        const Sequence = await nextSequence(Account, broadcasts.accepted("XRP").values());
        const account_data = { Account, Sequence };
        return jsonResponse({ account_data, ledger_current_index: OPEN_LEDGER, validated: false });
      },
    },
  ];
}

export const xrpLedger: SandboxChain = {
  ticker: "XRP",
  pathName: "xrp",
  kind: "other",
  transactionId,
  examples: { payment: payment },
  endpoints,
};

/** A caller may write a JSON number in any way that JSON has; what is signed is the number, on every chain. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Intent } from "../../chains/chain.ts";
import { stringifyExactJson } from "../../chains/codec/exact-json.ts";
import { loadChain } from "../../chains/index.ts";
import { payment as algorandPayment } from "./families/algorand/transaction-object.ts";
import { RECIPIENT as BNB_RECIPIENT, SENDER as BNB_SENDER, buffer } from "./families/bnb/transfer.ts";
import {
  RECIPIENT as ADA_RECIPIENT,
  SENDER as ADA_SENDER,
  inputOperation,
  outputOperation,
} from "./families/cardano/payment.ts";
import { nodeTransaction, RECIPIENT_HEX } from "./families/tron/node-transaction.ts";
import { scriptTo, testKey, payload as utxoPayload } from "./families/utxo/payment.ts";
import { pendingOf } from "./signing-request.ts";

/** The amount that is written in different ways, in the smallest unit. */
const AMOUNT = 1_234_000n;
const MARK = "@";
const EVM_RECIPIENT = "0x3535353535353535353535353535353535353535";
const XRP_ACCOUNT = "rK4aLJ5TDBHLsRVMYedbRtCcAQWA9vcmws";
const XRP_RECIPIENT = "rK1jSwqEJHkxHSxpZyURVAhQGzpYZaXwRp";
const FLOW_ACCOUNT = "0x1654653399040a61";

interface Member {
  readonly chain: string;
  readonly member: string;
  /** The payload; a text of `@` stands for the number. */
  readonly payload: unknown;
  /** Decimals of the unit that the member is in. */
  readonly decimals?: number;
}

const xrpPayment = (more: object) => ({
  TransactionType: "Payment",
  Account: XRP_ACCOUNT,
  Destination: XRP_RECIPIENT,
  Amount: "1",
  Fee: "12",
  Sequence: 1,
  Flags: 0,
  ...more,
});

function bnbPayload(amount: unknown) {
  const share = (address: unknown) => ({ address, coins: [{ denom: "BNB", amount }] });
  return {
    msg: {
      inputs: [share(buffer(BNB_SENDER))],
      outputs: [share(buffer(BNB_RECIPIENT))],
      aminoPrefix: "2A2C87FA",
    },
    signMsg: { inputs: [share(BNB_SENDER)], outputs: [share(BNB_RECIPIENT)] },
    memo: "",
  };
}

const coin = utxoPayload(scriptTo.p2pkh(testKey(1)));
const utxo = {
  ...coin,
  inputs: coin.inputs.map((input) => ({ ...input, output: { ...input.output, satoshis: 2_000_000 } })),
  outputs: coin.outputs.map((output) => ({ ...output, satoshis: MARK })),
};
/** One input and one output, without a key: amounts follow the colon. */
const CASH_TRANSACTION =
  "0200000001f6337c82bd9688096714d7407796cd485ef08cf77548953c7751dad592d8d69d0300000000ffffffff01e8030000000000001976a9149fe49b1cdf6478871a45cfecb1e607955c3ee5cc88ac00000000";

const MEMBERS: readonly Member[] = [
  ...["ETH", "BSC", "MATIC", "CELO", "KLAY", "KCS", "ONE", "XDC"].flatMap((chain): readonly Member[] => [
    { chain, member: "value", payload: { to: EVM_RECIPIENT, value: MARK } },
    { chain, member: "gas", payload: { to: EVM_RECIPIENT, gas: MARK, gasPrice: 1 } },
    { chain, member: "gasPrice", payload: { to: EVM_RECIPIENT, gas: 30_000, gasPrice: MARK } },
  ]),
  { chain: "VET", member: "value", payload: { to: EVM_RECIPIENT, value: MARK } },
  {
    chain: "EGLD",
    member: "value",
    payload: { to: "erd1qyu5wthldzr8wx5c9ucg8kjagg0jfs53s8nr3zpz3hypefsdd8ssycr6th", value: MARK },
    decimals: 18,
  },
  {
    chain: "FLOW",
    member: "amount",
    payload: { type: 2, body: { account: FLOW_ACCOUNT, to: FLOW_ACCOUNT, amount: MARK, currency: "FLOW" } },
    decimals: 8,
  },
  { chain: "XRP", member: "Amount", payload: xrpPayment({ Amount: MARK }) },
  { chain: "XRP", member: "Fee", payload: xrpPayment({ Fee: MARK }) },
  { chain: "XRP", member: "DestinationTag", payload: xrpPayment({ DestinationTag: MARK }) },
  { chain: "ALGO", member: "amount", payload: algorandPayment({ amount: MARK }) },
  { chain: "ALGO", member: "fee", payload: algorandPayment({ fee: MARK }) },
  {
    chain: "ADA",
    member: "value",
    payload: [inputOperation(ADA_SENDER, "-3000000"), outputOperation(ADA_RECIPIENT, MARK)],
  },
  { chain: "BNB", member: "amount", payload: bnbPayload(MARK) },
  ...["BTC", "LTC", "DOGE"].map((chain) => ({ chain, member: "satoshis", payload: utxo })),
  {
    chain: "TRON",
    member: "amount",
    payload: nodeTransaction("TransferContract", { to_address: RECIPIENT_HEX, amount: AMOUNT }),
  },
  { chain: "BCH", member: "Amount 0", payload: `${CASH_TRANSACTION}:["${MARK}"]` },
];

/** The payload's text with the number in place of the mark. */
function textOf({ payload, chain }: Member, number: string): string {
  const text = typeof payload === "string" ? payload : stringifyExactJson(payload);
  // The id of a TRON transaction is made from the number, so the number stands in the text.
  return chain === "TRON"
    ? text.replace(`"amount":${AMOUNT}`, `"amount":${number}`)
    : text.replaceAll(`"${MARK}"`, number);
}

async function describeWith(member: Member, number: string): Promise<readonly Intent[]> {
  const network = ["ADA"].includes(member.chain) ? "testnet" : "mainnet";
  const chain = await loadChain(member.chain);
  return chain!.describe(pendingOf(textOf(member, number)), network);
}

/** `units` of 10^-decimals in one of the ways that JSON has. */
function write(units: bigint, decimals: number, shift: number): string {
  const places = decimals + shift;
  const digits = units.toString().padStart(places + 1, "0");
  const mantissa =
    places > 0 ? `${digits.slice(0, -places)}.${digits.slice(-places)}` : `${digits}${"0".repeat(-places)}`;
  return mantissa.replace(/^0+(?=\d)/, "") + (shift === 0 ? "" : `e${shift}`);
}

describe.each(MEMBERS.map((member) => [`${member.chain} ${member.member}`, member] as const))(
  "%s",
  (_, member) => {
    const { decimals = 0 } = member;

    test("is the same number, however it is written", async () => {
      const plain = await describeWith(member, write(AMOUNT, decimals, 0));
      expect(JSON.stringify(plain)).toContain(member.member === "DestinationTag" ? "0012d450" : "");
      for (const shift of [-6, -3, 3, 6, 15]) {
        expect(await describeWith(member, write(AMOUNT, decimals, shift))).toEqual(plain);
      }
    });

    test("is refused with what it is when it is less than the smallest unit", async () => {
      const number = write(5n, decimals + 1, 0);
      const failure = await describeWith(member, number).catch((error: Error) => error);
      expect(failure).toMatchObject({ name: "ChainError", code: "INVALID_TRANSACTION" });
      expect((failure as Error).message).toContain(member.member);
      expect((failure as Error).message).toMatch(/but is |it is /);
    });
  },
);

test("EGLD: a random amount is read exactly from every JSON number", async () => {
  const egld = MEMBERS.find(({ chain }) => chain === "EGLD")!;
  const units = fc.bigInt({ min: 0n, max: 10n ** 26n });
  await fc.assert(
    fc.asyncProperty(units, fc.integer({ min: -30, max: 30 }), async (amount, shift) => {
      expect(await describeWith(egld, write(amount, 18, shift))).toMatchObject([{ amount: String(amount) }]);
    }),
    { numRuns: 300 },
  );
});

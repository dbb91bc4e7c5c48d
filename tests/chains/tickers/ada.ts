/** Cardano, as the tests of all chains have to know it. */
import { decode as decodeCbor } from "cborg";
import { inputOperation, outputOperation, RECIPIENT, SENDER } from "../families/cardano/payment.ts";
import { LIFETIME, type NumberMember, numberMember, type TestedChain } from "../tested-chain.ts";

const CIP_1852 = "m/1852'/1815'/0'/0/0";
const FIELDS = ["inputs", "outputs", "fee", "ttl"];

/** `[transaction in hex, data]`; the transaction is `[body, witnesses, ...]`. */
function signedFields(payload: string): Record<string, unknown> {
  const [transaction] = decodeCbor(Buffer.from(payload, "hex"), { useMaps: true }) as [string];
  const [body, , isValid, auxiliary] = decodeCbor(Buffer.from(transaction, "hex"), { useMaps: true }) as [
    Map<number, unknown>,
    unknown,
    boolean,
    unknown,
  ];
  const members = [...body].map(([key, value]) => [FIELDS[key] ?? `body ${key}`, value]);
  return { ...Object.fromEntries(members), isValid, auxiliary };
}

const value: NumberMember = {
  ...numberMember("value", (mark) => [inputOperation(SENDER, "-3000000"), outputOperation(RECIPIENT, mark)]),
  network: "testnet",
};

export const tested: TestedChain = {
  alsoNamed: ["lovelace"],
  hiddenFields: {
    inputs:
      "which coins of the wallet are spent: only its own can be signed for, and their sum shows in the fee",
    ttl: LIFETIME,
  },
  signedFields,
  numbers: [value],
  otherWallets: [CIP_1852, CIP_1852],
  tokenCurve: "ed25519",
};

/**
 * The change that a payload states of itself, with its script as bitcore writes it.
 * https://github.com/bitpay/bitcore/blob/master/packages/bitcore-lib/docs/script.md
 */
import { hex } from "@scure/base";
import { OP, Script } from "@scure/btc-signer/script.js";
import { equalBytes } from "@scure/btc-signer/utils.js";
import { shown } from "../../codec/issue.ts";
import { ChainError } from "../../error.ts";
import type { RawTransaction } from "./encode.ts";

/**
 * Checks the statement: the output at `changeIndex` pays to `changeScript`.
 *
 * @param changeScript hex, or opcodes as text: `OP_DUP OP_HASH160 20 0x<40 hex> OP_EQUALVERIFY OP_CHECKSIG`.
 * @throws ChainError `INVALID_TRANSACTION`
 */
export function assertChangeOutput(
  changeScript: string | undefined,
  changeIndex: number | undefined,
  outputs: RawTransaction["outputs"],
): void {
  // Without an output the script only says where change would have gone; 0 without a script stands for no change.
  if (changeIndex === undefined || (changeIndex === 0 && changeScript === undefined)) return;
  const stated = changeScript === undefined ? undefined : parseScriptText(changeScript);
  const output = outputs[changeIndex];
  if (stated === undefined || output === undefined || !equalBytes(stated, output.script)) {
    throw new ChainError(
      "INVALID_TRANSACTION",
      `changeIndex says that output ${changeIndex} is the change, but changeScript is not that output's script: it is ` +
        `${shown(changeScript)}.`,
    );
  }
}

function parseScriptText(text: string): Uint8Array | undefined {
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) return hex.decode(text.toLowerCase());
  const script: (Uint8Array | keyof typeof OP)[] = [];
  const words = text.split(" ").values();
  for (const word of words) {
    if (/^\d+$/.test(word)) {
      const data = /^0x((?:[0-9a-f]{2})+)$/i.exec(words.next().value ?? "")?.[1];
      if (data?.length !== 2 * Number(word)) return undefined;
      script.push(hex.decode(data.toLowerCase()));
    } else {
      const name = isOpcode(word) ? word : word.replace(/^OP_/, "");
      if (!isOpcode(name)) return undefined;
      script.push(name);
    }
  }
  return Script.encode(script);
}

function isOpcode(name: string): name is keyof typeof OP {
  return Object.hasOwn(OP, name);
}

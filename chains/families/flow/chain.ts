/**
 * Flow: it submits its transactions itself and tells the Tatum API their ids.
 * https://developers.flow.com/build/cadence/basics/transactions
 */

import type { Chain, ChainFacts } from "../../chain.ts";
import { xpubWallet } from "../../keys/xpub-wallet.ts";
import { publicKeyText } from "./address.ts";
import { describeTransaction } from "./describe.ts";
import { privateKeyBytes, privateKeyText } from "./private-key.ts";
import { signTransaction } from "./sign.ts";
import { locate, proveExpired, submit } from "./submit.ts";

export function flowChain(facts: ChainFacts & Required<Pick<ChainFacts, "derivationPath">>): Chain {
  return {
    facts,
    ...xpubWallet({
      path: facts.derivationPath,
      firstField: "mnemonic",
      address: publicKeyText,
      privateKeyBytes,
      privateKeyText,
    }),
    // The sequence number is that of the proposer, who is not the user.
    sendingAccount: async () => undefined,
    describe: describeTransaction,
    sign: signTransaction,
    submit,
    locate,
    proveExpired,
  };
}

/** Bitcoin Cash, as the tests of all chains have to know it. */
import { utxoTested } from "../families/utxo/tested-chain.ts";
import type { TestedChain } from "../tested-chain.ts";

/** One input and one output, without a key: amounts follow the colon. */
const TRANSACTION =
  "0200000001f6337c82bd9688096714d7407796cd485ef08cf77548953c7751dad592d8d69d0300000000ffffffff01e8030000000000001976a9149fe49b1cdf6478871a45cfecb1e607955c3ee5cc88ac00000000";

export const tested: TestedChain = {
  ...utxoTested({
    otherWallets: [undefined, "m/44'/1'/0'/0/0"],
    wif: { mainnet: 0x80, testnet: 0xef },
  }),
  // Its payloads carry no digest.
  alsoNamed: [],
  withRightDigests: (json) => json,
  numbers: [{ member: "Amount 0", payload: (amount) => `${TRANSACTION}:[${amount}]` }],
};

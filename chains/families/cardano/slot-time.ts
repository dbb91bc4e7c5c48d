/** The time at which a slot of Cardano begins, on mainnet and preprod. */

import type { Network } from "../../chain.ts";

/**
 * Seconds since 1970 of slot 0, if all slots took one second as they do since Shelley (slot 4,492,800 of mainnet began at
 * 1596059091, slot 86,400 of preprod at 1655769600; genesis files of the networks).
 */
const SLOT_ZERO_SECONDS = { mainnet: 1_591_566_291n, testnet: 1_655_683_200n } as const;

/** When a slot of the Shelley era or later begins, in milliseconds since 1970. */
export function slotTime(slot: bigint, network: Network): bigint {
  return (SLOT_ZERO_SECONDS[network] + slot) * 1000n;
}

/** How many bytes the values of each column may have. Nothing longer is read: the database tells lengths without reading. */

/** By table and column; every column of bytes or text is here. */
export const mostBytes = {
  vault: { vault_id: 16, manifest: 4096 },
  key_slot: { kind: 64, parameters: 16_384, commitment: 32, wrapped_key: 4096, checksum: 32 },
  wallet: { record_id: 16, sealed: 131_072 },
  /** A sealed job holds its signed bytes: more than any transaction the Tatum API takes. */
  job: { job_key: 32, state: 32, lane_key: 32, sealed: 8 * 1024 * 1024 },
  /** A sealed account holds up to a thousand ranges of numbers of 78 digits. */
  lane: { lane_key: 32, sealed: 256 * 1024 },
  lease: { holder: 16 },
} as const;

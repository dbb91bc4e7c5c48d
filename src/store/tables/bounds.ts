/** How many bytes the values of each column may have. Nothing longer is read: the database tells lengths without reading. */

/** By table and column; every column of bytes or text is here. What is sealed has 29 bytes more than its content. */
export const mostBytes = {
  vault: { vault_id: 16, manifest: 4096 },
  key_slot: {
    kind: 64,
    parameters: 16_384,
    commitment: 32,
    wrapped_key: 4096,
    checksum: 32,
  },
  wallet: { wallet_key: 32, sealed: 131_072 },
  removed_wallet: { wallet_key: 32, sealed: 262_144 },
  address: { address_key: 32, wallet_key: 32 },
  document: { document_key: 32, sealed: 1024 * 1024 },
  lease: { lease_key: 32, holder: 16 },
  journal: { lease_key: 32, sealed: 4096 },
  /** A sealed job holds its signed bytes: more than any transaction the Tatum API takes. */
  job: {
    job_key: 32,
    lease_key: 32,
    state: 32,
    lane_key: 32,
    sealed: 8 * 1024 * 1024,
  },
  /** A sealed account holds up to a thousand ranges of numbers of 78 digits. */
  lane: { lane_key: 32, lease_key: 32, sealed: 256 * 1024 },
  claim: { claim_key: 32, lease_key: 32, job_key: 32 },
} as const;

/** The statements that make the tables of a vault, as SQLite has them, of this format and of the one before. See docs/vault-format.md. */

/** Every table and index. The text is compared with the file's, so changing a space changes the format. */
export const schemaStatements = [
  `CREATE TABLE vault (
  row_number INTEGER PRIMARY KEY NOT NULL CHECK (row_number = 1),
  format_version INTEGER NOT NULL,
  vault_id BLOB NOT NULL,
  manifest BLOB NOT NULL
) STRICT`,
  `CREATE TABLE key_slot (
  slot_id INTEGER PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  parameters TEXT NOT NULL,
  commitment BLOB NOT NULL,
  wrapped_key BLOB NOT NULL,
  checksum BLOB NOT NULL
) STRICT`,
  `CREATE TABLE wallet (
  wallet_key BLOB PRIMARY KEY NOT NULL,
  generation INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE INDEX wallet_generation ON wallet (generation)`,
  `CREATE TABLE removed_wallet (
  wallet_key BLOB PRIMARY KEY NOT NULL,
  generation INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE INDEX removed_wallet_generation ON removed_wallet (generation)`,
  `CREATE TABLE address (
  address_key BLOB NOT NULL,
  wallet_key BLOB NOT NULL,
  PRIMARY KEY (address_key, wallet_key)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE document (
  document_key BLOB PRIMARY KEY NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE lease (
  lease_key BLOB PRIMARY KEY NOT NULL,
  holder BLOB,
  epoch INTEGER NOT NULL,
  renewals INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  taken_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE journal (
  lease_key BLOB PRIMARY KEY NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE job (
  job_key BLOB PRIMARY KEY NOT NULL,
  lease_key BLOB NOT NULL,
  state TEXT NOT NULL,
  lane_key BLOB,
  revision INTEGER NOT NULL,
  attempt_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE INDEX job_state ON job (lease_key, state, updated_at) WHERE state <> 'settled'`,
  `CREATE TABLE lane (
  lane_key BLOB PRIMARY KEY NOT NULL,
  lease_key BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE claim (
  claim_key BLOB PRIMARY KEY NOT NULL,
  lease_key BLOB NOT NULL,
  job_key BLOB NOT NULL
) STRICT, WITHOUT ROWID`,
] as const;

/** Those of format 1, which is converted when it is opened. */
export const schemaStatements1 = [
  `CREATE TABLE vault (
  row_number INTEGER PRIMARY KEY NOT NULL CHECK (row_number = 1),
  format_version INTEGER NOT NULL,
  vault_id BLOB NOT NULL,
  manifest BLOB NOT NULL
) STRICT`,
  `CREATE TABLE key_slot (
  slot_id INTEGER PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL,
  parameters TEXT NOT NULL,
  commitment BLOB NOT NULL,
  wrapped_key BLOB NOT NULL,
  checksum BLOB NOT NULL
) STRICT`,
  `CREATE TABLE wallet (
  record_id BLOB PRIMARY KEY NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE job (
  job_key BLOB PRIMARY KEY NOT NULL,
  state TEXT NOT NULL,
  lane_key BLOB,
  revision INTEGER NOT NULL,
  attempt_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE lane (
  lane_key BLOB PRIMARY KEY NOT NULL,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE lease (
  row_number INTEGER PRIMARY KEY NOT NULL CHECK (row_number = 1),
  holder BLOB,
  epoch INTEGER NOT NULL,
  renewals INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  taken_at INTEGER NOT NULL
) STRICT`,
  `CREATE INDEX job_state ON job (state)`,
] as const;

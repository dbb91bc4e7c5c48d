/**
 * What the vault, the journal and the lease need of the place that keeps their rows. The statements themselves are in
 * tables/; what an engine is, and where its rows lie, only its own folder knows.
 */

export type SqlValue = string | number | null | Uint8Array;

/** The statements of one transaction. Not to be used after the transaction has ended. */
export interface Session {
  /**
   * Milliseconds since 1970 by the clock of the database, as a word of its statements. Absent for a file, whose processes share the
   * clock of one machine.
   */
  readonly clock?: string | undefined;
  /** The rows a statement gives, unchecked: parse them with a schema. */
  query(statement: string, values?: readonly SqlValue[]): Promise<readonly unknown[]>;
  /** The number of rows a statement changed. */
  execute(statement: string, values?: readonly SqlValue[]): Promise<number>;
}

/** An open store. Several processes may have the same one open. */
export interface Store {
  /** Where it is, for people: the absolute path of a file, links resolved. */
  readonly place: string;
  /** The version of its tables. */
  readonly format: number;

  /**
   * Runs `work` in a transaction that sees one state of the store and changes nothing.
   * @throws KmsError `VAULT_CORRUPT` when another store lies at the place by now
   */
  read<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;

  /**
   * Runs `work` in a transaction that nobody else writes during, or with `leaseKey` nobody who writes what belongs to that key, of a
   * network and chain or of a node, as `work` alone does then. It is committed, durably, when the promise resolves;
   * when `work` throws, nothing has changed. Those that wait at the same time share one commit; each is undone alone
   * when it throws, and all are when the commit fails.
   *
   * @throws KmsError `VAULT_BUSY`, `CANNOT_WRITE`, `VAULT_CORRUPT`, and what `work` throws
   */
  transaction<Result>(work: (session: Session) => Promise<Result>, leaseKey?: Uint8Array): Promise<Result>;

  /**
   * Checks all of the store: that it is sound, has the tables of this program and nothing else, and no value that is too long.
   * @throws KmsError `NOT_A_VAULT`, `VAULT_TOO_NEW`, `VAULT_CORRUPT`
   */
  check(): Promise<void>;

  /** In bytes. */
  size(): Promise<number>;

  /**
   * Writes a consistent copy while others may go on writing.
   *
   * @param finish changes and checks the copy before it gets its name; when it throws, there is no copy
   * @throws KmsError `FILE_EXISTS`, `CANNOT_WRITE`, and what `finish` throws
   */
  copyInto<Result>(place: string, finish: (copy: Store) => Promise<Result>): Promise<Result>;

  /**
   * {@link copyInto} in the place of the store that lies there, which gets another name. After a crash at any step the one or
   * the other is whole at the place.
   *
   * @returns what `finish` returns, and where the store is now that was there
   * @throws KmsError `CANNOT_WRITE`, and what `finish` and `whileQuiet` throw; then the store that was there still is
   */
  copyOver<Result>(
    place: string,
    replacement: StoreReplacement<Result>,
  ): Promise<{ readonly result: Result; readonly keptAs: string }>;

  close(): Promise<void>;
}

/** How a copy takes the place of another store. */
export interface StoreReplacement<Result> {
  /** Changes and checks the copy before it takes the place. */
  readonly finish: (copy: Store) => Promise<Result>;
  /** Calls `swap` once, while nobody writes to the store that is there. */
  readonly whileQuiet: (swap: () => Promise<void>) => Promise<void>;
}

/** A place where a store is, or can be made. */
export interface StorePlace {
  /**
   * Opens the store that is there, and checks that its tables are those of a vault.
   * @throws KmsError `NO_WALLET_FILE`, `VAULT_IS_ORIGINAL`, `NOT_A_VAULT`, `VAULT_PERMISSIONS`, `VAULT_TOO_NEW`, `VAULT_CORRUPT`, `VAULT_BUSY`
   */
  open(): Promise<Store>;

  /**
   * Makes a store: at the place is either nothing or all that `fill` wrote.
   * @throws KmsError `FILE_EXISTS` whatever lies there, `CANNOT_WRITE`, `VAULT_PERMISSIONS`
   */
  create(fill: (session: Session) => Promise<void>): Promise<void>;
}

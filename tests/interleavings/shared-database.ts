/** A store in memory that several nodes share: each looks at it through a store of its own, whose transactions wait until they are let through. */
import { Database } from "bun:sqlite";
import { formatVersion } from "../../src/store/format.ts";
import type { Session, SqlValue, Store, StorePlace } from "../../src/store/store.ts";
import { schemaStatements } from "../../src/store/tables/statements.ts";

/** Lets the transactions of a store wait; what it is given runs when their turn comes. */
export type Gate = <Result>(kind: "read" | "write", work: () => Promise<Result>) => Promise<Result>;

const openGate: Gate = (_, work) => work();

export interface SharedDatabaseOptions {
  /** Of {@link SharedDatabase.content}; without it, the empty tables of a vault. */
  readonly content?: Uint8Array;
  /** Set to have a commit reported before it is durable: {@link SharedDatabase.cutPower} undoes the last one. */
  readonly commitsLate?: boolean;
}

export class SharedDatabase {
  #database: Database;
  /** As it was before the last commit, where that is not durable yet. */
  #durable: Uint8Array | undefined;
  readonly #commitsLate: boolean;
  /** Grows with every commit. */
  version = 0;

  constructor({ content, commitsLate = false }: SharedDatabaseOptions = {}) {
    this.#commitsLate = commitsLate;
    this.#database = content === undefined ? new Database(":memory:") : Database.deserialize(content);
    if (content === undefined) for (const sql of schemaStatements) this.#database.run(sql);
  }

  /** What is not durable is gone. */
  cutPower(): void {
    if (this.#durable === undefined) return;
    this.#database.close();
    this.#database = Database.deserialize(this.#durable);
    this.#durable = undefined;
    this.version += 1;
  }

  content(): Uint8Array {
    return this.#database.serialize();
  }

  close(): void {
    this.#database.close();
  }

  /** @param gate what its transactions wait for; without it they do not */
  store(gate: Gate = openGate): Store {
    const unused = (): never => {
      throw new Error("Nobody asks this of a store in memory.");
    };
    return {
      place: "memory",
      format: formatVersion,
      read: (work) => gate("read", () => work(this.#session())),
      transaction: (work) => gate("write", () => this.#transaction(work)),
      check: unused,
      size: unused,
      copyInto: unused,
      copyOver: unused,
      close: async () => undefined,
    };
  }

  /** The place of this one store. */
  get place(): StorePlace {
    return {
      open: async () => this.store(),
      create: (fill) => this.#transaction(fill),
    };
  }

  async #transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    if (this.#commitsLate) this.#durable = this.content();
    this.version += 1;
    this.#database.run("BEGIN");
    try {
      const result = await work(this.#session());
      this.#database.run("COMMIT");
      return result;
    } catch (error) {
      this.#database.run("ROLLBACK");
      throw error;
    }
  }

  #session(): Session {
    const bound = (values: readonly SqlValue[] = []) => [...values];
    return {
      query: async (statement, values) => this.#database.query(statement).all(...bound(values)),
      execute: async (statement, values) => this.#database.query(statement).run(...bound(values)).changes,
    };
  }
}

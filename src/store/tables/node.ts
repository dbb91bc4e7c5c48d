/** Statements of the table `node`, which a database alone has: the daemons that share it. Times are those of its clock. */
import * as v from "valibot";
import type { Session } from "../store.ts";
import { blobOfLength, positiveInteger, upTo } from "./row.ts";

/** Bytes of a sealed description, written or read: room for some eight hundred API keys with the longest names. */
const MOST_SEALED = 32_768;

/** Daemons that are shown, and that are in memory at once. */
const MOST_NODES = 1000;

const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8_640_000_000_000_000));

const nodeRow = v.object({
  nodeKey: blobOfLength(16),
  sealed: v.pipe(v.instance(Uint8Array), v.maxLength(MOST_SEALED)),
  duration: positiveInteger,
  since: time,
  renewedAt: time,
  isSilent: v.boolean(),
});

export interface NodeRow {
  /** Names the process, as `holder` of a lease does; 16 bytes. */
  readonly nodeKey: Uint8Array;
  /** What the daemon says of itself. */
  readonly sealed: Uint8Array;
  /** Milliseconds without a sign of life after which it counts as gone. */
  readonly duration: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Milliseconds since 1970. */
  readonly renewedAt: number;
  /** Whether it gave no sign of life for its whole duration. */
  readonly isSilent: boolean;
}

/** @throws Error in the session of a file, which has no such table */
function clockOf({ clock }: Session): string {
  if (clock === undefined) throw new RangeError("A file has no table of nodes.");
  return clock;
}

const isSilent = (clock: string): string =>
  `CASE WHEN renewed_at BETWEEN 0 AND 8640000000000000 THEN abs(${clock} - renewed_at) >= duration ELSE true END`;

/** Those whose rows have the form of one, the longest at work first; of a file none. */
export async function readNodeRows(session: Session): Promise<NodeRow[]> {
  if (session.clock === undefined) return [];
  const rows = await session.query(
    `SELECT ${upTo(16, "node_key", "nodeKey")}, ${upTo(MOST_SEALED, "sealed")}, duration, since,
       renewed_at AS "renewedAt", ${isSilent(clockOf(session))} AS "isSilent"
     FROM node ORDER BY since, node_key LIMIT ${MOST_NODES}`,
  );
  return rows
    .map((row) => v.safeParse(nodeRow, row))
    .flatMap(({ success, output }) => (success ? [output] : []));
}

/** Milliseconds since 1970 by the database's clock. @throws Error in the session of a file */
export async function readDatabaseTime(session: Session): Promise<number> {
  const [row] = await session.query(`SELECT ${clockOf(session)} AS now`);
  return v.parse(v.object({ now: time }), row).now;
}

/**
 * A sign of life, with what the daemon says of itself now. Who was not there before comes to be.
 * @throws RangeError for a description that nobody would read
 */
export async function writeNodeRow(
  session: Session,
  { nodeKey, sealed, duration }: Pick<NodeRow, "nodeKey" | "sealed" | "duration">,
): Promise<void> {
  if (sealed.length > MOST_SEALED)
    throw new RangeError(
      `What a daemon says of itself has ${sealed.length} bytes; at most ${MOST_SEALED} are read.`,
    );
  const clock = clockOf(session);
  await session.execute(
    `INSERT INTO node (node_key, sealed, duration, since, renewed_at) VALUES ($1, $2, $3, ${clock}, ${clock})
     ON CONFLICT (node_key) DO UPDATE SET sealed = excluded.sealed, duration = excluded.duration, renewed_at = ${clock}`,
    [nodeKey, sealed, duration],
  );
}

export async function deleteNodeRow(session: Session, nodeKey: Uint8Array): Promise<void> {
  await session.execute("DELETE FROM node WHERE node_key = $1", [nodeKey]);
}

/** Takes away those who gave no sign of life for a day. */
export async function deleteLostNodeRows(session: Session): Promise<void> {
  await session.execute(`DELETE FROM node WHERE abs(${clockOf(session)} - renewed_at) > 86400000 + duration`);
}

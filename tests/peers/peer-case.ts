/** The cases of other projects' tests, as `tests/vectors/peers/README.md` describes them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Network } from "../../chains/chain.ts";

/** Which members a case has depends on its operation. */
export interface PeerCase {
  readonly op: string;
  readonly name: string;
  /** A ChainError is right. */
  readonly refuse?: boolean;
  /** Why this program means something else. */
  readonly differs?: string;
  readonly chain: string;
  readonly network?: Network;
  readonly settings?: Readonly<Record<string, string>>;
  /** What the world outside says, by `GET path`, `POST path` or the name of a JSON-RPC method; `*` at the end for any. */
  readonly answers?: Readonly<Record<string, never>>;
  readonly now?: number;
  /** The payload of a pending transaction, and the private keys of its wallets. */
  readonly tx?: unknown;
  readonly keys?: readonly string[];
  readonly index: number;
  readonly pending?: object;
  readonly [member: string]: unknown;
}

export interface PeerSuite {
  readonly suite: string;
  readonly source: string;
  readonly licence: string;
  readonly cases: readonly PeerCase[];
}

const root = join(import.meta.dir, "../..");
const OWN_FOLDER = join(root, "tests/vectors/peers");
const SHARED_FOLDER = process.env["TATUM_KMS_TEST_PEERS"] ?? join(root, "../shared/vectors/peers/data");

/** The suites that are part of this project. */
export function ownSuites(): readonly PeerSuite[] {
  const files = readdirSync(OWN_FOLDER).filter((file) => file.endsWith(".gz"));
  return files.toSorted().flatMap((file) => {
    const json = Bun.gunzipSync(new Uint8Array(readFileSync(join(OWN_FOLDER, file))));
    return JSON.parse(Buffer.from(json).toString()) as PeerSuite[];
  });
}

/** The suites whose licence keeps them out of this project; `undefined` where they are not beside it. */
export function sharedSuites(): readonly PeerSuite[] | undefined {
  if (!existsSync(SHARED_FOLDER)) return undefined;
  const files = readdirSync(SHARED_FOLDER).filter((file) => file.endsWith(".json"));
  const suites = files
    .toSorted()
    .flatMap((file) => [JSON.parse(readFileSync(join(SHARED_FOLDER, file), "utf8"))].flat() as PeerSuite[]);
  const isShared = ({ licence, suite }: PeerSuite) => licence.includes("LGPL") || suite.includes("trezor");
  return suites.filter(isShared);
}

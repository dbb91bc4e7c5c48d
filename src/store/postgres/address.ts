/** Where a PostgreSQL store is, as somebody writes it, and how it is reached: user, password, certificates. */
import { isIP } from "node:net";
import { KmsError } from "../../errors.ts";

/** A store in a database, without any secret. */
export interface PostgresAddress {
  /** Name or IP address of the host; of a Unix socket the folder that it lies in. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** An address, and with what the database is shown who asks. */
export interface PostgresAccess {
  readonly address: PostgresAddress;
  readonly password: string | undefined;
  /** `off` only where nothing leaves the machine. */
  readonly tls: "verify" | "off";
  /** Certificates of authorities in PEM; absent for those that the system trusts. */
  readonly authorities?: string | undefined;
  /** The client's own certificate and key in PEM. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Milliseconds that a change waits for those of other nodes, and for which it is asked whether a lost commit was made. */
  readonly patience?: { readonly lock?: number; readonly unclear?: number };
}

const STANDARD_PORT = 5432;

/** As in `postgres://user@host:5432/database`; libpq knows the longer name too. */
const SCHEME = /^postgres(?:ql)?:\/\//i;

/** Whether a text names a PostgreSQL store, well written or not. */
export const namesPostgres = (text: string): boolean => SCHEME.test(text);

function wrongAddress(what: string, problem: string, hint?: string): KmsError {
  return new KmsError("CONFIGURATION", `${what} ${problem}.`, {
    hint: hint ?? "Write it as postgres://user@host:5432/database.",
  });
}

/** A part of an address without its escapes; the database's protocol ends each word with a NUL. */
function withoutEscapes(text: string, what: string): string {
  try {
    const plain = decodeURIComponent(text);
    if (!plain.includes("\0")) return plain;
  } catch {
    // An escape that is none: told like what else is wrong.
  }
  throw wrongAddress(what, "is not the address of a PostgreSQL store");
}

/**
 * Takes a store's address apart.
 *
 * @param what where it was written, for an error
 * @throws KmsError `CONFIGURATION` without the text, which may hold a password
 */
export function parsePostgresAddress(text: string, what: string): PostgresAddress {
  const url = URL.parse(text);
  if (!namesPostgres(text) || url === null)
    throw wrongAddress(what, "is not the address of a PostgreSQL store");
  if (url.password !== "")
    throw wrongAddress(
      what,
      "holds a password, which others could read there",
      "Leave it out of the address, and set TATUM_KMS_STORE_PASSWORD or have the database trust a certificate.",
    );
  for (const name of url.searchParams.keys()) {
    if (name !== "host")
      throw wrongAddress(
        what,
        `has the parameter ${JSON.stringify(name)}, which there is not`,
        "TLS is set with TATUM_KMS_STORE_TLS.",
      );
  }
  const database = withoutEscapes(url.pathname.slice(1), what);
  if (database === "" || database.includes("/")) throw wrongAddress(what, "names no database");
  const socketFolder = url.searchParams.get("host");
  if (socketFolder !== null && (!socketFolder.startsWith("/") || !["", "localhost"].includes(url.hostname)))
    throw wrongAddress(
      what,
      "names two hosts, or one that is no folder behind ?host=",
      "Of a Unix socket write postgres://user@localhost:5432/database?host=/run/postgresql.",
    );
  const host = socketFolder ?? url.hostname.replace(/^\[|\]$/g, "");
  if (host === "") throw wrongAddress(what, "names no host");
  if (url.username === "") throw wrongAddress(what, "names no user");
  return {
    host,
    port: url.port === "" ? STANDARD_PORT : Number(url.port),
    user: withoutEscapes(url.username, what),
    database,
  };
}

/** The address for people, and to be written again. */
export function formatPostgresAddress({ host, port, user, database }: PostgresAddress): string {
  const name = `${encodeURIComponent(user)}@`;
  const path = `${port}/${encodeURIComponent(database)}`;
  if (host.startsWith("/")) return `postgres://${name}localhost:${path}?host=${host}`;
  return `postgres://${name}${host.includes(":") ? `[${host}]` : host}:${path}`;
}

/** Whether what is sent to a host stays on this machine. */
export function staysOnMachine({ host }: PostgresAddress): boolean {
  if (host.startsWith("/") || host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

/**
 * The Unix sockets beside the vault, over which commands ask its daemons without a password; of a vault in a database in a folder of
 * the daemon's user. Whoever connects is sent one status as JSON and nothing is read from him. Mode 0600: that user alone.
 */
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, realpathSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server } from "node:net";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import { findUntrustedFolder, trustedOwners } from "../../providers/support/trusted-folder.ts";
import { KmsError, systemErrorCode } from "../errors.ts";
import { type Config, defaultDirectory } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";
import { adviseOn, lockHolder } from "../store/sqlite/lock-holder.ts";
import type { Log } from "./log.ts";
import { type DaemonStatus, statusSchema } from "./status.ts";

/** Daemons of one vault on one machine that can be asked: those of other chains or networks, and those that stand by. */
const MOST_DAEMONS = 8;

/** Who asks at the same time. */
const MOST_ASKING = 16;

/** Milliseconds that an answer may take. */
const PATIENCE = 5_000;

/** Bytes that an answer may have: some hundred jobs. */
const MAXIMUM_ANSWER = 4 * 1024 * 1024;

/** Milliseconds between two looks whether the socket is still there. */
const LOOK_AGAIN = 5_000;

const MODE = 0o600;
const FOLDER_MODE = 0o700;
const FOR_OTHERS = 0o077;

/** Hexadecimal digits that tell a database: more would not fit where folders have long names. */
const DIGITS = 16;

/**
 * Stands for the path of the vault where that is in a database: what its sockets are beside.
 *
 * @param address of the database, as it is written for people: whoever asks has to name it alike
 * @returns `undefined` when no folder is known for them
 * @throws KmsError `CONFIGURATION`
 */
export function databasePlace(address: string, config: Config): string | undefined {
  const folder = config.value(settings.socketFolder) ?? defaultDirectory();
  const name = createHash("sha256").update(address).digest("hex").slice(0, DIGITS);
  return folder === undefined ? undefined : join(folder, `store-${name}`);
}

/** The places of sockets of a vault, the first one first. */
export function socketPaths(vaultPath: string): string[] {
  return Array.from({ length: MOST_DAEMONS }, (_, at) => `${vaultPath}${at === 0 ? "" : `.${at + 1}`}.sock`);
}

interface Found {
  readonly kind: "nothing" | "socket" | "foreign";
  readonly inode?: bigint;
}

/** What is at a place; a link is foreign wherever it leads, and so is a socket that others may use. */
function look(path: string): Found {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (found === undefined) return { kind: "nothing" };
  const user = process.geteuid?.() ?? 0;
  // As everywhere, root may work with what is another user's.
  const isTrusted = user === 0 || trustedOwners(user).includes(Number(found.uid));
  const isOurs = found.isSocket() && (Number(found.mode) & FOR_OTHERS) === 0 && isTrusted;
  return { kind: isOurs ? "socket" : "foreign", inode: found.ino };
}

/** All that is sent over a socket until its end; `undefined` when nobody listens there, or says too much or nothing in time. */
function ask(path: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = createConnection({ path });
  const chunks: Buffer[] = [];
  let size = 0;
  const end = (answer: string | undefined): void => {
    clearTimeout(timer);
    socket.destroy();
    resolve(answer);
  };
  const timer = setTimeout(() => end(undefined), PATIENCE);
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAXIMUM_ANSWER) end(undefined);
  });
  socket.on("end", () => end(Buffer.concat(chunks).toString()));
  socket.on("error", () => end(undefined));
  return promise;
}

function parseStatus(answer: string): DaemonStatus | undefined {
  try {
    return v.parse(statusSchema, JSON.parse(answer));
  } catch {
    return undefined;
  }
}

export interface AskedDaemons {
  readonly daemons: readonly DaemonStatus[];
  /** Whether there is a socket at all, be it of a daemon that is gone. */
  readonly hasSocket: boolean;
}

/** Where the vault is, links resolved, also while the file itself is away. */
function resolved(vaultPath: string): string {
  try {
    return realpathSync(vaultPath);
  } catch {
    try {
      return join(realpathSync(dirname(vaultPath)), basename(vaultPath));
    } catch {
      return vaultPath;
    }
  }
}

/**
 * Asks all daemons of the vault that run beside this process. Sockets of others are passed over.
 * @param vaultPath of its file, or what stands for it
 */
export async function askDaemons(vaultPath: string | undefined): Promise<AskedDaemons> {
  if (vaultPath === undefined) return { daemons: [], hasSocket: false };
  const sockets = socketPaths(resolved(vaultPath)).filter((path) => look(path).kind === "socket");
  const answers = await Promise.all(sockets.map((path) => ask(path)));
  const daemons = answers.flatMap((answer) => (answer === undefined ? [] : (parseStatus(answer) ?? [])));
  return { daemons, hasSocket: sockets.length > 0 };
}

/**
 * What is said where no daemon answers. One that is halted inside of a change answers neither, nor can any other begin.
 * @param place as {@link askDaemons} has it
 * @param hint what can be done where nobody keeps the vault locked
 */
export function nobodyAnswers(vault: string, place: string | undefined, hint: string): KmsError {
  const holder = place === undefined ? undefined : lockHolder(place);
  if (holder === undefined)
    return new KmsError("NOT_HEALTHY", `No daemon of the vault ${vault} answers.`, { hint });
  const { what, hint: mend } = adviseOn(holder);
  return new KmsError("NOT_HEALTHY", `No daemon of the vault ${vault} answers: ${what}, keeps it locked.`, {
    hint: mend,
  });
}

/** Whether a daemon listens at a socket; who is too busy to answer does. */
function isAlive(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection({ path });
  const end = (alive: boolean): void => {
    clearTimeout(timer);
    socket.destroy();
    resolve(alive);
  };
  const timer = setTimeout(() => end(true), PATIENCE);
  socket.on("connect", () => end(true));
  socket.on("error", (error) => end(systemErrorCode(error) !== "ECONNREFUSED"));
  return promise;
}

function createStatusServer(status: () => Promise<DaemonStatus>): Server {
  const server = createServer((socket) => {
    socket.setTimeout(PATIENCE, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    // What he says does not matter.
    socket.resume();
    status().then(
      (answer) => socket.end(JSON.stringify(answer)),
      () => socket.destroy(),
    );
  });
  server.maxConnections = MOST_ASKING;
  return server;
}

/** @throws the system's error, such as `EADDRINUSE` */
function listenAt(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path }, () => {
      server.off("error", reject);
      server.on("error", () => undefined);
      resolve();
    });
  });
}

/**
 * Frees a place where a socket is left of a daemon that is gone.
 * @returns whether the place is free now
 */
export async function freePlace(path: string): Promise<boolean> {
  const { kind } = look(path);
  if (kind === "nothing") return true;
  if (kind === "foreign" || (await isAlive(path))) return false;
  rmSync(path, { force: true });
  return true;
}

/** One listening socket, and which file is its. */
interface Listening {
  readonly server: Server;
  readonly path: string;
  readonly inode: bigint | undefined;
}

async function listenAtFirstFree(vaultPath: string, status: () => Promise<DaemonStatus>): Promise<Listening> {
  let refused: unknown = new Error("every place for a socket is taken");
  for (const path of socketPaths(vaultPath)) {
    const server = createStatusServer(status);
    try {
      if (!(await freePlace(path))) continue;
      await listenAt(server, path);
      chmodSync(path, MODE);
      return { server, path, inode: look(path).inode };
    } catch (failure) {
      refused = failure;
      server.close();
      // Another daemon was faster.
      if (systemErrorCode(failure) !== "EADDRINUSE") break;
    }
  }
  throw refused;
}

/** Beside a file the vault itself is not opened in such a folder; an empty folder of Kubernetes is one. */
function warnOfFolder(place: string, log: Log): void {
  const untrusted = findUntrustedFolder(place, { allowGroup: true });
  if (untrusted === undefined) return;
  const { problem, remedy } = untrusted;
  log.warn(`${problem}, and so answer health and status in place of this daemon: ${remedy}`, {
    action: "configuration-doubtful",
  });
}

/**
 * {@link answerBesideVault} for a vault in a database.
 * @param place as {@link databasePlace} gives it; its folder is made, for this user alone, where it is missing
 */
export async function answerForDatabase(
  place: string | undefined,
  status: () => Promise<DaemonStatus>,
  log: Log,
): Promise<() => void> {
  if (place === undefined) {
    log.warn("There is no home directory for a socket, so that health and status cannot ask this daemon.", {
      action: "listener-failed",
    });
    return () => undefined;
  }
  try {
    mkdirSync(dirname(place), { recursive: true, mode: FOLDER_MODE });
    warnOfFolder(place, log);
  } catch {
    // That there is no folder is told when the socket is to be made there.
  }
  return answerBesideVault(place, status, log);
}

/**
 * Answers at a socket beside the vault until the end. When the socket is taken away it is made anew; when none can be made, that is
 * logged and the daemon goes on.
 *
 * @returns ends it
 */
export async function answerBesideVault(
  vaultPath: string,
  status: () => Promise<DaemonStatus>,
  log: Log,
): Promise<() => void> {
  let listening: Listening | undefined;
  const open = async (): Promise<void> => {
    try {
      listening = await listenAtFirstFree(vaultPath, status);
    } catch (failure) {
      const why = systemErrorCode(failure) ?? (failure instanceof Error ? failure.message : "unknown");
      log.error(
        `No socket can be made beside the vault, so that health and status cannot ask this daemon: ${why}.`,
        {
          action: "listener-failed",
        },
      );
    }
  };
  await open();
  const timer = setInterval(() => {
    if (listening !== undefined && look(listening.path).inode === listening.inode) return;
    listening?.server.close();
    listening = undefined;
    void open();
  }, LOOK_AGAIN);
  return () => {
    clearInterval(timer);
    listening?.server.close();
  };
}

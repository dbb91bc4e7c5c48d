import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, lstatSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { createLog } from "../../../src/operations/log.ts";
import type { DaemonStatus } from "../../../src/operations/status.ts";
import {
  answerBesideVault,
  answerForDatabase,
  askDaemons,
  databasePlace,
  freePlace,
  socketPaths,
} from "../../../src/operations/status-socket.ts";
import { useTemporaryFolder } from "../../temporary-folder.ts";
import { configOf } from "../config-of.ts";

const at = useTemporaryFolder();
let vault: string;
let lines: string[];
const log = createLog({ write: (line) => void lines.push(line) });
const ends: (() => void)[] = [];

beforeEach(() => {
  vault = at("wallet.dat");
  lines = [];
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const statusOf = (pid: number): DaemonStatus => ({
  version: "1",
  pid,
  vaultId: "00",
  network: "testnet",
  startedAt: "2026-01-01T00:00:00.000Z",
  at: "2026-01-01T00:00:00.000Z",
  ready: true,
  reasons: [],
  wallets: 1,
  period: 5,
  chains: [],
  jobs: {},
  queue: { jobs: 0, oldestSeconds: 0 },
  waiting: [],
  parked: [],
  limit: { waiting: 0, pausedSeconds: 0 },
  troubles: [],
});

async function daemon(pid: number, path = vault): Promise<() => void> {
  const end = await answerBesideVault(path, async () => statusOf(pid), log);
  ends.push(end);
  return end;
}

const pids = async (path = vault): Promise<number[]> =>
  (await askDaemons(path)).daemons.map(({ pid }) => pid).sort();

/** Somebody else's server at a place, which answers with a text. */
async function listening(path: string, answer: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(answer);
  });
  await new Promise<void>((done) => server.listen({ path }, done));
  chmodSync(path, 0o600);
  ends.push(() => server.close());
  return server;
}

describe("a daemon", () => {
  test("answers beside its vault, for its own user alone, and leaves nothing behind", async () => {
    const end = await daemon(1);
    expect(lstatSync(`${vault}.sock`).mode & 0o777).toBe(0o600);
    expect(await pids()).toEqual([1]);
    end();
    expect(existsSync(`${vault}.sock`)).toBe(false);
    expect(await askDaemons(vault)).toEqual({ daemons: [], hasSocket: false });
  });

  test("leaves the place of another one alone, and both answer", async () => {
    await daemon(1);
    await daemon(2);
    expect(await pids()).toEqual([1, 2]);
  });

  test("takes the place of one that was killed", async () => {
    const killed = `Bun.listen({ unix: ${JSON.stringify(`${vault}.sock`)}, socket: { data() {} } }); process.kill(process.pid, "SIGKILL")`;
    Bun.spawnSync([process.execPath, "-e", killed]);
    chmodSync(`${vault}.sock`, 0o600);
    expect(await askDaemons(vault)).toEqual({ daemons: [], hasSocket: true });
    await daemon(3);
    expect(await pids()).toEqual([3]);
    expect(existsSync(`${vault}.2.sock`)).toBe(false);
  });

  test("replaces no file, folder or link, and follows none", async () => {
    const elsewhere = at("elsewhere");
    const [first, second, third] = socketPaths(vault) as [string, string, string];
    writeFileSync(first, "precious");
    symlinkSync(elsewhere, second);
    mkdirSync(third);
    await daemon(4);
    expect(await pids()).toEqual([4]);
    expect(await Bun.file(first).text()).toBe("precious");
    expect(existsSync(elsewhere)).toBe(false);
  });

  test("that finds no place says so, and works on", async () => {
    for (const path of socketPaths(vault)) writeFileSync(path, "");
    await daemon(5);
    expect(lines).toEqual([expect.stringContaining("No socket can be made beside the vault")]);
  });

  test("answers at a path that is longer than an address of a socket", async () => {
    const folder = join(at("x".repeat(90)), "y".repeat(90));
    mkdirSync(folder, { recursive: true });
    const path = join(folder, "wallet.dat");
    await daemon(6, path);
    expect(await pids(path)).toEqual([6]);
  });

  test("is found by a path with links, and while the vault is away", async () => {
    mkdirSync(at("real"));
    writeFileSync(at("real/wallet.dat"), "");
    symlinkSync(at("real"), at("link"));
    await daemon(7, at("real/wallet.dat"));
    expect(await pids(at("link/wallet.dat"))).toEqual([7]);
    renameSync(at("real/wallet.dat"), at("real/away"));
    expect(await pids(at("link/wallet.dat"))).toEqual([7]);
  });
});

describe("who asks", () => {
  test("does not ask sockets that others may use, or links to sockets", async () => {
    const other = at("other.sock");
    await listening(other, JSON.stringify(statusOf(8)));
    symlinkSync(other, `${vault}.sock`);
    await listening(`${vault}.2.sock`, JSON.stringify(statusOf(9)));
    chmodSync(`${vault}.2.sock`, 0o666);
    expect(await askDaemons(vault)).toEqual({ daemons: [], hasSocket: false });
  });

  test.each(["", "no JSON", "{}", JSON.stringify({ ...statusOf(1), ready: "yes" }), "x".repeat(5_000_000)])(
    "takes no answer of another shape (%#)",
    async (answer) => {
      await listening(`${vault}.sock`, answer);
      expect((await askDaemons(vault)).daemons).toEqual([]);
    },
  );
});

test("a place is free when nothing or a dead socket is there", async () => {
  expect(await freePlace(at("nothing"))).toBe(true);
  writeFileSync(at("file"), "");
  expect(await freePlace(at("file"))).toBe(false);
  await listening(at("live"), "");
  expect(await freePlace(at("live"))).toBe(false);
});

describe("of a vault in a database", () => {
  const address = "postgres://kms@db.example.com:5432/kms";
  const place = (folder: string, of = address): string | undefined =>
    databasePlace(of, configOf(`TATUM_KMS_SOCKET_FOLDER=${folder}`));

  async function databaseDaemon(pid: number, at: string | undefined): Promise<void> {
    ends.push(await answerForDatabase(at, async () => statusOf(pid), log));
  }

  test("daemons answer in a folder that is made for their user alone, by the address", async () => {
    const folder = at("run/kms");
    await databaseDaemon(1, place(folder));
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
    expect((await askDaemons(place(folder))).daemons).toMatchObject([{ pid: 1 }]);
    expect((await askDaemons(place(folder, `${address}2`))).daemons).toEqual([]);
  });

  test("one whose folder others can replace files in says so, with what mends it", async () => {
    const folder = at("run");
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    await databaseDaemon(1, place(folder));
    expect(lines).toEqual([
      expect.stringMatching(/WARN: Everybody can replace files in the folder .*chmod go-w/),
    ]);
    chmodSync(folder, 0o1777);
    await databaseDaemon(2, place(folder));
    expect(lines).toHaveLength(1);
    expect((await askDaemons(place(folder))).daemons).toHaveLength(2);
  });

  test("one that finds no place goes on, and says so", async () => {
    writeFileSync(at("file"), "");
    await databaseDaemon(1, place(at("file")));
    await databaseDaemon(2, undefined);
    expect(lines).toMatchObject(
      [/No socket can be made/, /no home directory for a socket/].map((text) => expect.stringMatching(text)),
    );
    expect(await askDaemons(undefined)).toEqual({ daemons: [], hasSocket: false });
  });
});

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { HttpClient } from "../../../src/http/client.ts";
import { NodeMembership, readNodes } from "../../../src/lease/node.ts";
import { shareLimits } from "../../../src/lease/shared-limit.ts";
import { createLog } from "../../../src/operations/log.ts";
import { postgresDatabase } from "../../../src/store/postgres/postgres-store.ts";
import { preparePasswordSlot } from "../../../src/vault/key-slots/password-slot.ts";
import { createVault } from "../../../src/vault/sealed-vault.ts";
import type { Vault } from "../../../src/vault/vault.ts";
import { closeServers, serve } from "../../local-servers.ts";
import { usePostgres } from "../../postgres-server.ts";
import { freshPassword } from "../vault/fresh-vault.ts";

// A server is started.
setDefaultTimeout(60_000);

const server = usePostgres();
afterEach(closeServers);

const identity = {
  name: "north",
  version: "1",
  network: "testnet",
  chains: ["ETH"],
  isStandby: false,
  apiKeys: ["default"],
} as const;

test("a node gives its signs of life while another one changes what belongs to a chain", async () => {
  const access = { ...(await server.newDatabase()), patience: { lock: 50 } };
  const vault = await createVault(postgresDatabase(access), preparePasswordSlot(freshPassword));
  const other = await postgresDatabase(access).open();
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line) });
  try {
    await other.transaction(async () => {
      const membership = await NodeMembership.join(vault, { ...identity, duration: 60_000, log });
      await membership.drain();
      expect(await readNodes(vault)).toMatchObject([{ name: "north", isDraining: true, isSilent: false }]);
      await membership.leave();
    }, new Uint8Array(32).fill(7));
    expect(lines).toEqual([]);
    expect(await readNodes(vault)).toEqual([]);
  } finally {
    await other.close();
    await vault.close();
  }
});

test("what a node with hundreds of API keys says of itself is read by the others", async () => {
  const vault = await createVault(
    postgresDatabase(await server.newDatabase()),
    preparePasswordSlot(freshPassword),
  );
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line) });
  try {
    const apiKeys = Array.from({ length: 500 }, (_, number) => `key_${number}`.padEnd(32, "x"));
    const membership = await NodeMembership.join(vault, { ...identity, apiKeys, duration: 60_000, log });
    expect((await readNodes(vault)).map((node) => node.apiKeys.length)).toEqual([500]);
    await membership.leave();
    const tooMany = { ...identity, apiKeys: [...apiKeys, ...apiKeys], duration: 60_000, log };
    await (await NodeMembership.join(vault, tooMany)).leave();
    expect(lines.join("")).toContain("at most 32768 are read");
  } finally {
    await vault.close();
  }
});

/** A daemon of the key, as far as it sends requests. */
class Sender {
  readonly #client: HttpClient;
  readonly #url: URL;
  readonly #limit: ReturnType<HttpClient["limit"]>;
  readonly #membership: NodeMembership;
  readonly #left = new AbortController();

  private constructor(client: HttpClient, url: URL, membership: NodeMembership) {
    this.#client = client;
    this.#url = url;
    this.#limit = client.limit(url, 0);
    this.#membership = membership;
  }

  static async join(vault: Vault, url: URL, { number, perSecond }: { number: number; perSecond: number }) {
    const client = new HttpClient([url]);
    const api = { apiUrl: url, apiKey: "one-key", apiKeyName: "default" };
    const limits = shareLimits(vault, { apis: [api], http: client }, () => perSecond);
    const nodeKey = new Uint8Array(16).fill(number);
    const log = createLog({ write: () => undefined });
    const options = { ...identity, duration: 900, log, limits, nodeKey };
    return new Sender(client, url, await NodeMembership.join(vault, options));
  }

  get perSecond(): number {
    return this.#limit.state.perSecond ?? 0;
  }

  /** Keeps so many requests waiting at once. */
  beBusy(): void {
    const { signal } = this.#left;
    const send = async (): Promise<void> => {
      while (!signal.aborted)
        await this.#client
          .send({ method: "GET", url: this.#url, timeout: 30_000, signal })
          .catch(() => undefined);
    };
    for (let line = 0; line < 8; line++) void send();
  }

  leave(): Promise<void> {
    this.#left.abort();
    return this.#membership.leave();
  }
}

async function settled(what: string, isSo: () => boolean): Promise<void> {
  for (let look = 0; !isSo(); look++) {
    if (look === 1500) throw new Error(`Not within 30 s: ${what}`);
    await Bun.sleep(20);
  }
}

test("nodes of one API key spend together what one may, and who is busy has what idle ones leave", async () => {
  const perSecond = 20;
  const access = await server.newDatabase();
  const vault = await createVault(postgresDatabase(access), preparePasswordSlot(freshPassword));
  const arrived: number[] = [];
  const url = serve(() => {
    arrived.push(performance.now());
    return new Response("[]");
  });
  const senders: Sender[] = [];
  const join = async (): Promise<Sender> => {
    const sender = await Sender.join(vault, url, { number: senders.length + 1, perSecond });
    senders.push(sender);
    return sender;
  };
  try {
    const busy = await join();
    expect(busy.perSecond).toBe(perSecond);
    busy.beBusy();
    await settled("a request", () => arrived.length > 0);
    const idle = await join();
    const other = await join();
    expect(idle.perSecond + other.perSecond).toBeLessThanOrEqual(0.1 * perSecond);
    const sum = (): number => senders.reduce((all, sender) => all + sender.perSecond, 0);
    await settled("all is divided", () => sum() <= perSecond * 1.001);
    expect(busy.perSecond).toBeGreaterThanOrEqual(0.9 * perSecond);

    for (const sender of [idle, other]) sender.beBusy();
    await settled("each has a third", () =>
      senders.every((one) => Math.abs(one.perSecond - perSecond / 3) < 0.5),
    );
    const [began, before] = [performance.now(), arrived.length];
    await settled("two seconds of requests", () => arrived.length >= before + 2 * perSecond);
    const seconds = (performance.now() - began) / 1000;
    // A request of each may be on its way when the count begins.
    expect(arrived.length - before).toBeLessThanOrEqual(seconds * perSecond + senders.length);

    await Promise.all([idle.leave(), other.leave()]);
    await settled("who is left has the whole", () => busy.perSecond === perSecond);
    expect((await readNodes(vault)).flatMap(({ limits }) => limits)).toHaveLength(1);
    expect(server.dump(access.address.database)).not.toContain("one-key");
  } finally {
    await Promise.all(senders.map((sender) => sender.leave()));
    await vault.close();
  }
});

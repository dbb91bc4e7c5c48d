import { expect, setDefaultTimeout, test } from "bun:test";
import { NodeMembership, readNodes } from "../../../src/lease/node.ts";
import { createLog } from "../../../src/operations/log.ts";
import { postgresDatabase } from "../../../src/store/postgres/postgres-store.ts";
import { preparePasswordSlot } from "../../../src/vault/key-slots/password-slot.ts";
import { createVault } from "../../../src/vault/sealed-vault.ts";
import { usePostgres } from "../../postgres-server.ts";
import { freshPassword } from "../vault/fresh-vault.ts";

// A server is started.
setDefaultTimeout(60_000);

const server = usePostgres();

test("a node gives its signs of life while another one changes what belongs to a chain", async () => {
  const access = { ...(await server.newDatabase()), patience: { lock: 50 } };
  const vault = await createVault(postgresDatabase(access), preparePasswordSlot(freshPassword));
  const other = await postgresDatabase(access).open();
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line) });
  const identity = {
    name: "north",
    version: "1",
    network: "testnet",
    chains: ["ETH"],
    isStandby: false,
    apiKeys: ["default"],
  } as const;
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

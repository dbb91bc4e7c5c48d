import { expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Secret } from "../../../providers/secret.ts";
import { KmsError } from "../../../src/errors.ts";
import { useSharedFolder } from "../../temporary-folder.ts";
import { rememberingOpener } from "./remembering-opener.ts";
import { openVaultAt } from "./vault-at.ts";
import { goodKitFiles, unpack } from "./vault-kit.ts";

const SAMPLES = 600;

const folder = useSharedFolder();

/** Bytes that are not zero, since most of a page is unused, and some of the others. */
function positionsOf(bytes: Uint8Array): number[] {
  const used = [...bytes.keys()].filter((position) => position < 100 || bytes[position] !== 0);
  const unused = [...bytes.keys()].filter((position) => bytes[position] === 0);
  const every = (positions: number[], count: number) =>
    positions.filter((_, index) => index % Math.ceil(positions.length / count) === 0);
  return [...used.slice(0, 120), ...every(used, SAMPLES), ...every(unused, 60)];
}

test("a vault with any one byte damaged opens to the right wallets or is refused, never as a wrong password", async () => {
  const file = goodKitFiles.find(({ format, file }) => format === 2 && file === "good/changed.vault")!;
  const path = unpack(file, folder("vault"));
  const bytes = readFileSync(path);
  const opener = rememberingOpener(new Secret(file.password));
  const outcomes: Record<string, number> = {};
  for (const position of positionsOf(bytes)) {
    const damaged = Uint8Array.from(bytes);
    damaged[position]! ^= 1 << (position % 8);
    rmSync(path);
    rmSync(`${path}-wal`, { force: true });
    writeFileSync(path, damaged, { mode: 0o600 });
    let outcome: string;
    try {
      const vault = await openVaultAt(path, opener);
      expect(await vault.exportAll()).toEqual(file.wallets as [string, Record<string, never>][]);
      await vault.close();
      outcome = "ok";
    } catch (error) {
      if (!(error instanceof KmsError)) throw new Error(`Byte ${position} leads to ${error}`);
      outcome = error.code;
    }
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  const { ok = 0, VAULT_CORRUPT = 0, ...others } = outcomes;
  console.log(outcomes);
  expect(Object.keys(others).toSorted()).toEqual(["NOT_A_VAULT", "VAULT_TOO_NEW"]);
  expect(VAULT_CORRUPT).toBeGreaterThan(SAMPLES / 2);
  expect(ok).toBeGreaterThan(0);
}, 60_000);

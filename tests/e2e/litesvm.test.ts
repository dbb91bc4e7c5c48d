/** Solana transactions from the executable in a real Solana virtual machine. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { base58 } from "@scure/base";
import { type Address, getAddressEncoder, getProgramDerivedAddress } from "@solana/kit";
import type { LiteSVM } from "litesvm";
import { solana } from "../../chains/sol.ts";
import {
  messageBytes,
  pendingOf,
  SYSTEM,
  systemTransfer,
  type TestMessage,
} from "../chains/families/solana/message-builder.ts";
import { Installation } from "./executable.ts";
import { LAMPORTS_PER_SOL, SolanaVirtualMachine } from "./solana-virtual-machine.ts";
import { StandInApi } from "./stand-in-api.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
const MEMO = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";
const ASSOCIATED = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";

const newAddress = (): string => solana.generateWallet("mainnet").address!;
const payer = solana.generateWallet("mainnet");
const owner = solana.generateWallet("mainnet");
const mint = newAddress();

describe("Solana transactions in a virtual machine", () => {
  const installation = new Installation();
  const api = new StandInApi();
  const machine = new SolanaVirtualMachine();
  const { svm } = machine;
  const balance = (address: string): bigint => machine.balance(address);

  beforeAll(async () => {
    const wallets = join(installation.home, "wallets.json");
    const common = { chain: "SOL", testnet: false };
    writeFileSync(
      wallets,
      JSON.stringify({ payer: { ...payer, ...common }, owner: { ...owner, ...common } }),
    );
    expect(await installation.run(["import", wallets])).toMatchObject({ status: 0 });
    for (const address of [payer.address!, owner.address!]) {
      machine.airdrop(address, 10n * LAMPORTS_PER_SOL);
    }
    api.answer = machine.answer;
  });

  afterAll(async () => {
    await api.stop();
    installation.remove();
  });

  async function execute(message: TestMessage, hashes: readonly string[], id: string): Promise<void> {
    api.requests.length = 0;
    const pending = { ...pendingOf(messageBytes(message)), id, hashes };
    api.pending = [pending];
    const run = await installation.run(
      ["daemon", "--runOnce", "--chain=SOL", `--external-url=${api.fourEyeUrl}`],
      {
        env: api.env,
      },
    );
    expect(api.reported).toEqual([]);
    expect(run.status).toBe(0);
    const [broadcast] = api.broadcasts;
    const { txData } = broadcast!.body as { txData: string };
    expect(broadcast!.body).toEqual({ txData, signatureId: id });
    expect(machine.holds(txData)).toBeTrue();
  }

  test("a transfer of SOL", async () => {
    const recipient = newAddress();
    const before = balance(payer.address!);
    const instructions = [systemTransfer(payer.address!, recipient, LAMPORTS_PER_SOL)];
    const message = { signers: [payer.address!], writable: [recipient], readonly: [SYSTEM], instructions };
    await execute(message, ["payer"], "a".repeat(24));
    expect(balance(recipient)).toBe(LAMPORTS_PER_SOL);
    expect(balance(payer.address!)).toBe(before - LAMPORTS_PER_SOL - 5000n);
  });

  test("a version 0 transfer whose fee another account pays", async () => {
    const recipient = newAddress();
    const [payerBefore, ownerBefore] = [balance(payer.address!), balance(owner.address!)];
    const message = {
      version: 0,
      signers: [payer.address!, owner.address!],
      writable: [recipient],
      readonly: [SYSTEM],
      instructions: [systemTransfer(owner.address!, recipient, 2n * LAMPORTS_PER_SOL)],
    };
    await execute(message, ["owner", "payer"], "b".repeat(24));
    expect(balance(recipient)).toBe(2n * LAMPORTS_PER_SOL);
    expect(balance(owner.address!)).toBe(ownerBefore - 2n * LAMPORTS_PER_SOL);
    expect(balance(payer.address!)).toBe(payerBefore - 10_000n);
  });

  test("a version 1 transfer, whose message names its fee and whose signatures are at the end", async () => {
    const recipient = newAddress();
    const [payerBefore, ownerBefore] = [balance(payer.address!), balance(owner.address!)];
    const message = {
      version: 1,
      signers: [payer.address!, owner.address!],
      writable: [recipient],
      readonly: [SYSTEM],
      instructions: [systemTransfer(owner.address!, recipient, 2n * LAMPORTS_PER_SOL)],
      resources: { priorityFee: 77n, unitLimit: 1000, accountsDataLimit: 100_000 },
    };
    await execute(message, ["owner", "payer"], "e".repeat(24));
    expect(balance(recipient)).toBe(2n * LAMPORTS_PER_SOL);
    expect(balance(owner.address!)).toBe(ownerBefore - 2n * LAMPORTS_PER_SOL);
    expect(balance(payer.address!)).toBe(payerBefore - 10_077n);
  });

  test("a version 1 transaction of all the 4096 bytes that it may have", async () => {
    const recipients = Array.from({ length: 36 }, newAddress);
    const transfers = recipients.map((recipient) =>
      systemTransfer(payer.address!, recipient, LAMPORTS_PER_SOL / 100n),
    );
    const ofMemo = (length: number): TestMessage => ({
      version: 1,
      signers: [payer.address!],
      writable: recipients,
      readonly: [SYSTEM, MEMO],
      instructions: [...transfers, { program: MEMO, accounts: [], data: Buffer.alloc(length, "memo ") }],
      resources: { unitLimit: 1_400_000, accountsDataLimit: 1_000_000 },
    });
    const message = ofMemo(4096 - 64 - messageBytes(ofMemo(0)).length);
    expect(messageBytes(message)).toHaveLength(4096 - 64);
    await execute(message, ["payer"], "f".repeat(24));
    for (const recipient of recipients) expect(balance(recipient)).toBe(LAMPORTS_PER_SOL / 100n);
  });

  test.each([
    ["legacy", {}],
    ["version 1", { version: 1, resources: { unitLimit: 100_000, accountsDataLimit: 5_000_000 } }],
  ])("a transfer of a token to an account that is created for it: %s", async (name, form) => {
    const recipient = newAddress();
    const [source, target] = [await tokenAccountOf(owner.address!), await tokenAccountOf(recipient)];
    setAccount(mint, mintData());
    setAccount(source, tokenAccountData(owner.address!, 1_000n));
    const transfer = Buffer.of(12, 0, 0, 0, 0, 0, 0, 0, 0, 6);
    transfer.writeBigUInt64LE(400n, 1);
    const message = {
      ...form,
      signers: [payer.address!],
      readonlySigners: [owner.address!],
      writable: [source, target],
      readonly: [recipient, mint, SYSTEM, TOKEN, ASSOCIATED],
      instructions: [
        {
          program: ASSOCIATED,
          accounts: [payer.address!, target, recipient, mint, SYSTEM, TOKEN],
          data: Buffer.of(1),
        },
        { program: TOKEN, accounts: [source, mint, target, owner.address!], data: transfer },
      ],
    };
    await execute(message, ["payer", "owner"], (name === "legacy" ? "c" : "9").repeat(24));
    expect(tokenBalance(source)).toBe(600n);
    expect(tokenBalance(target)).toBe(400n);
  });

  test("a payment of more than there is, is refused, reported and not broadcast", async () => {
    api.requests.length = 0;
    const recipient = newAddress();
    const instructions = [systemTransfer(payer.address!, recipient, 1000n * LAMPORTS_PER_SOL)];
    const message = { signers: [payer.address!], writable: [recipient], readonly: [SYSTEM], instructions };
    const id = "d".repeat(24);
    api.pending = [{ ...pendingOf(messageBytes(message)), id, hashes: ["payer"] } as { chain: string }];
    const args = ["daemon", "--runOnce", "--chain=SOL", `--external-url=${api.fourEyeUrl}`];
    expect((await installation.run(args, { env: api.env })).status).toBe(75);
    expect(api.broadcasts).toEqual([]);
    expect(api.reported).toMatchObject([{ signatureId: id }]);
    expect(api.reported[0]!.error).toContain("failed to send transaction");
    expect(balance(recipient)).toBe(0n);
  });

  function setAccount(address: string, data: Buffer): void {
    svm.setAccount({
      address,
      data: Uint8Array.from(data),
      executable: false,
      lamports: LAMPORTS_PER_SOL,
      programAddress: TOKEN,
      space: BigInt(data.length),
    } as unknown as Parameters<LiteSVM["setAccount"]>[0]);
  }

  function tokenBalance(address: string): bigint {
    const account = svm.getAccount(address as Parameters<LiteSVM["getAccount"]>[0]);
    if (!account.exists) throw new Error(`There is no account ${address}`);
    return Buffer.from(account.data).readBigUInt64LE(64);
  }
});

async function tokenAccountOf(wallet: string): Promise<string> {
  const seeds = [wallet, TOKEN, mint].map((address) => getAddressEncoder().encode(address as Address));
  const [address] = await getProgramDerivedAddress({ programAddress: ASSOCIATED as Address, seeds });
  return address;
}

/** The state of SPL Token's `Mint`: no authorities, 6 decimals, initialised. */
function mintData(): Buffer {
  const data = Buffer.alloc(82);
  data.writeBigUInt64LE(1_000n, 36);
  data[44] = 6;
  data[45] = 1;
  return data;
}

/** The state of SPL Token's `Account`: initialised, no delegate. */
function tokenAccountData(of: string, amount: bigint): Buffer {
  const data = Buffer.alloc(165);
  data.set(base58.decode(mint), 0);
  data.set(base58.decode(of), 32);
  data.writeBigUInt64LE(amount, 64);
  data[108] = 1;
  return data;
}

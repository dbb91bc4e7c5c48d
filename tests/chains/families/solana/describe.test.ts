import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { base58 } from "@scure/base";
import type { Intent } from "../../../../chains/chain.ts";
import { solana } from "../../../../chains/sol.ts";
import {
  messageBytes,
  pendingOf,
  SYSTEM,
  systemTransfer,
  type TestInstruction,
  type TestMessage,
} from "./message-builder.ts";

const TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
const TOKEN_2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb";
const ASSOCIATED = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";
const BUDGET = "ComputeBudget111111111111111111111111111111";
const MEMO = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";

const [payer, source, target, owner, mint, program] = Array.from({ length: 6 }, () =>
  base58.encode(randomBytes(32)),
) as [string, string, string, string, string, string];

describe("what a Solana transaction does", () => {
  test("a transfer of SOL, and its fee", () => {
    expect(intents(systemTransfer(payer, target, 18446744073709551615n))).toEqual([
      { kind: "transfer", from: payer, to: target, amount: "18446744073709551615", asset: "SOL" },
      { kind: "fee", amount: "5000", asset: "SOL", from: payer },
    ]);
  });

  test.each([TOKEN, TOKEN_2022])("a checked transfer of a token of %s names its mint", (token) => {
    const data = amountData(12, 2n ** 63n, 6);
    expect(intents({ program: token, accounts: [source, mint, target, payer], data })[0]).toEqual({
      kind: "transfer",
      from: source,
      to: target,
      amount: "9223372036854775808",
      asset: mint,
    });
  });

  test("a token transfer that another account than the fee payer allows names that account", () => {
    const checked = { program: TOKEN, accounts: [source, mint, target, owner], data: amountData(12, 7n, 6) };
    expect(intents(checked)[0]).toEqual({
      kind: "transfer",
      from: source,
      to: target,
      amount: "7",
      asset: mint,
      authority: owner,
    });
  });

  test("a transfer whose mint cannot be known is no plain transfer", () => {
    const transfer = { program: TOKEN, accounts: [source, target, owner], data: amountData(3, 7n) };
    expect(intents(transfer)[0]).toEqual({
      kind: "contract-call",
      from: owner,
      to: TOKEN,
      amount: "0",
      method: "transfer",
      arguments: [source, target, owner, "7"],
    });
  });

  test("the creation of a token account by other programs than the network's is opaque", () => {
    const accounts = [payer, target, owner, mint, SYSTEM, TOKEN];
    for (const position of [4, 5]) {
      const foreign = accounts.with(position, program);
      const create = { program: ASSOCIATED, accounts: foreign, data: Buffer.of(1) };
      expect(intents(create)[0]).toMatchObject({ kind: "opaque" });
    }
  });

  test.each([
    [[], "create"],
    [[0], "create"],
    [[1], "createIdempotent"],
  ])(
    "creating the recipient's token account (data %p) fixes the mint of a transfer to it",
    (data, method) => {
      const create = {
        program: ASSOCIATED,
        accounts: [payer, target, owner, mint, SYSTEM, TOKEN],
        data: Uint8Array.from(data),
      };
      const transfer = { program: TOKEN, accounts: [source, target, payer], data: amountData(3, 7n) };
      expect(intents(create, transfer).slice(0, 2)).toEqual([
        {
          kind: "contract-call",
          from: payer,
          to: ASSOCIATED,
          amount: "0",
          method,
          arguments: [target, owner, mint],
        },
        { kind: "transfer", from: source, to: target, amount: "7", asset: mint },
      ]);
    },
  );

  test("creating an account costs what it is given", () => {
    const data = Buffer.alloc(52);
    data.writeBigUInt64LE(1_461_600n, 4);
    data.writeBigUInt64LE(82n, 12);
    data.set(base58.decode(TOKEN), 20);
    expect(intents({ program: SYSTEM, accounts: [payer, target], data })[0]).toEqual({
      kind: "contract-call",
      from: payer,
      to: SYSTEM,
      amount: "1461600",
      method: "createAccount",
      arguments: [target, "82", TOKEN],
    });
  });

  test("a memo is data", () => {
    expect(intents({ program: MEMO, accounts: [], data: Buffer.from("hi") })[0]).toEqual({
      kind: "data",
      hex: "6869",
    });
  });

  test.each<[string, TestInstruction]>([
    ["another program", { program, accounts: [payer], data: Buffer.of(1) }],
    [
      "another method of the token program",
      { program: TOKEN, accounts: [source, target, owner], data: amountData(4, 7n) },
    ],
    [
      "a transfer with a byte too many",
      { program: TOKEN, accounts: [source, target, owner], data: amountData(3, 7n, 0) },
    ],
    ["a transfer without an owner", { program: TOKEN, accounts: [source, target], data: amountData(3, 7n) }],
    [
      "a transfer of SOL with a byte too many",
      { ...systemTransfer(payer, target, 1n), data: Buffer.alloc(13, 2) },
    ],
    [
      "a transfer of SOL with three accounts",
      { ...systemTransfer(payer, target, 1n), accounts: [payer, target, owner] },
    ],
    ["an unknown compute budget", { program: BUDGET, accounts: [], data: Buffer.of(9) }],
  ])("%s is opaque", (_, instruction) => {
    expect(intents(instruction)[0]).toEqual({
      kind: "opaque",
      reason: expect.stringContaining(
        `an instruction of the program ${instruction.program} that is not decoded`,
      ),
    });
  });

  test("what is opaque changes with every account and every byte", () => {
    const setAuthority = { program: TOKEN, accounts: [source, owner], data: Buffer.of(6, 2, 1, 7) };
    const changed = [
      setAuthority,
      { ...setAuthority, accounts: [source, target] },
      { ...setAuthority, data: Buffer.of(6, 2, 1, 8) },
    ].map((instruction) => JSON.stringify(intents(instruction)[0]));
    expect(new Set(changed).size).toBe(3);
  });

  test("what is opaque changes with every right over an account", () => {
    const setAuthority = { program: TOKEN, accounts: [source, owner], data: Buffer.of(6, 2, 1, 7) };
    const rights = [
      { signers: [payer], writable: [source, owner], readonly: [TOKEN] },
      { signers: [payer], writable: [source], readonly: [owner, TOKEN] },
      { signers: [payer, owner], writable: [source], readonly: [TOKEN] },
      { signers: [payer], readonlySigners: [owner], writable: [source], readonly: [TOKEN] },
    ].map((message) => describeFirst({ ...message, instructions: [setAuthority] }));
    expect(new Set(rights).size).toBe(4);
  });

  test("what is opaque changes with every place in a lookup table", () => {
    const call = { program: TOKEN, accounts: [2], data: Buffer.of(6, 2, 1, 7) };
    const message = { version: 0, signers: [payer], readonly: [TOKEN], instructions: [call] };
    const places = [
      { table: mint, writable: [3], readonly: [] },
      { table: mint, writable: [4], readonly: [] },
      { table: mint, writable: [], readonly: [3] },
      { table: source, writable: [3], readonly: [] },
    ].map((lookup) => describeFirst({ ...message, lookups: [lookup] }));
    expect(new Set(places).size).toBe(4);
  });

  test("a recipient that only a lookup table knows is opaque", () => {
    const message = messageBytes({
      version: 0,
      signers: [payer],
      readonly: [SYSTEM],
      lookups: [{ table: mint, writable: [3], readonly: [] }],
      instructions: [systemTransfer(payer, 2, 5n)],
    });
    expect(solana.describe(pendingOf(message), "mainnet")[0]).toMatchObject({ kind: "opaque" });
  });
});

describe("the fee of a Solana transaction", () => {
  const limit = (units: number): TestInstruction => {
    const data = Buffer.alloc(5, 2);
    data.writeUInt32LE(units, 1);
    return { program: BUDGET, accounts: [], data };
  };
  const price = (microlamports: bigint): TestInstruction => ({
    program: BUDGET,
    accounts: [],
    data: amountData(3, microlamports),
  });
  const transfer = systemTransfer(payer, target, 1n);

  test.each([
    ["a price and a limit", [limit(300_000), price(1_000_000n), transfer], "305000"],
    ["a price and no limit: 200,000 units an instruction", [price(1_000_000n), transfer, transfer], "405000"],
    ["a limit above what there is", [limit(4_000_000_000), price(1_000_000n), transfer], "1405000"],
    ["a fraction of a lamport, rounded up", [limit(1), price(1n), transfer], "5001"],
    ["a limit and no price", [limit(300_000), transfer], "5000"],
  ])("%s", (_, instructions, amount) => {
    expect(intents(...instructions)).toEqual([
      ...instructions
        .filter((instruction) => instruction === transfer)
        .map(() => expect.objectContaining({ kind: "transfer" })),
      { kind: "fee", amount, asset: "SOL", from: payer },
    ]);
  });
});

describe("a Solana transaction of version 1", () => {
  const instructions = [
    systemTransfer(payer, target, 5n),
    { program: TOKEN, accounts: [source, mint, target, owner], data: amountData(12, 7n, 6) },
    { program: program, accounts: [target], data: Buffer.of(1) },
  ];
  const message: TestMessage = {
    signers: [payer],
    writable: [source, target],
    readonly: [SYSTEM, TOKEN, mint, owner, program],
    instructions,
  };
  const describeVersion = (version: number, resources = {}): readonly Intent[] =>
    solana.describe(pendingOf(messageBytes({ ...message, version, resources })), "mainnet");

  test("does what the same message of version 0 does", () => {
    expect(describeVersion(1)).toEqual(describeVersion(0));
  });

  test("costs what it names itself, in lamports, and not what its compute budget instructions say", () => {
    const price = { program: BUDGET, accounts: [], data: amountData(3, 10n ** 12n) };
    const readonly = [...message.readonly!, BUDGET];
    const priced = { ...message, version: 1, readonly, instructions: [price, ...instructions] };
    const bytes = messageBytes({ ...priced, resources: { priorityFee: 123n } });
    expect(solana.describe(pendingOf(bytes), "mainnet")).toEqual([
      ...describeVersion(1).slice(0, -1),
      { kind: "fee", amount: "5123", asset: "SOL", from: payer },
    ]);
  });
});

function amountData(method: number, amount: bigint, ...more: readonly number[]): Buffer {
  const data = Buffer.alloc(9 + more.length);
  data[0] = method;
  data.writeBigUInt64LE(amount, 1);
  data.set(more, 9);
  return data;
}

function intents(...instructions: readonly TestInstruction[]): readonly Intent[] {
  const used = instructions.flatMap(({ program: called, accounts }) => [called, ...accounts.map(String)]);
  const others = [...new Set(used)].filter((address) => address !== payer);
  return solana.describe(
    pendingOf(messageBytes({ signers: [payer], writable: others, instructions })),
    "mainnet",
  );
}

/** What the first instruction does, as text. */
function describeFirst(message: TestMessage): string {
  return JSON.stringify(solana.describe(pendingOf(messageBytes(message)), "mainnet")[0]);
}

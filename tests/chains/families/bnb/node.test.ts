import { describe, expect, test } from "bun:test";
import { bnbBeaconChain } from "../../../../chains/bnb.ts";
import type { JsonValue } from "../../../../chains/codec/exact-json.ts";
import { PRIVATE_KEY, payloadOf, SENDER, sign } from "./transfer.ts";

const TIGRIS = "Binance-Chain-Tigris";
const nodeOf = (network: string) => async (): Promise<JsonValue> => ({ node_info: { network } });
const accountOf =
  (sequence: JsonValue, account_number: JsonValue = 7) =>
  async (): Promise<JsonValue> => ({ account_number, sequence, balances: [] });
const unreachable = async (): Promise<never> => {
  throw new Error("no answer");
};
const settings = (values: Readonly<Record<string, string>>) => (name: string) => values[name];

const living = { askThirdParty: nodeOf(TIGRIS), get: accountOf(5) };
const closed = { askThirdParty: unreachable, get: unreachable };

describe("while the network answers", () => {
  test("its chain id, account number and sequence are signed", async () => {
    expect(await sign(payloadOf(), living)).toMatchObject({
      filledIn: { chainId: TIGRIS, accountNumber: "7", sequence: "5" },
      sequence: { number: 5n },
    });
  });

  test("a later sequence of the journal goes before", async () => {
    const journal = { ...living, firstUnusedSequence: async () => 9n };
    expect(await sign(payloadOf(), journal)).toHaveProperty("filledIn.sequence", "9");
  });

  test("the journal is asked about the account that is to be sent from", async () => {
    const asked: string[] = [];
    const firstUnusedSequence = async (account: string, counted: bigint) => {
      asked.push(account);
      return counted;
    };
    const { sequence } = await sign(payloadOf(), { ...living, firstUnusedSequence });
    const key = bnbBeaconChain.parsePrivateKey(PRIVATE_KEY, "mainnet").key;
    const signers = [{ signatureId: "a", kind: "private-key" as const, key: async () => key }];
    const transaction = { id: "b", chain: "BNB", serializedTransaction: "", hashes: ["a"], signatures: [] };
    const account = (await bnbBeaconChain.sendingAccount({ transaction, signers })) ?? "";
    expect(asked).toEqual([account]);
    expect(sequence?.account).toBe(account);
  });

  test("a node of another network is refused", async () => {
    const node = { ...living, askThirdParty: nodeOf("Binance-Chain-Ganges") };
    await expect(sign(payloadOf(), node)).rejects.toHaveProperty("code", "NETWORK_MISMATCH");
  });

  test.each<[string, object]>([
    ["a node without a network", { askThirdParty: async () => ({}) }],
    ["an account without a sequence", { get: async () => ({ account_number: 1 }) }],
    ["a sequence below 0", { get: accountOf(-1) }],
    ["a sequence with a fraction", { get: accountOf(1.5) }],
    ["an account number that is no number", { get: accountOf(1, "one") }],
  ])("%s is an invalid answer", async (_, answer) => {
    await expect(sign(payloadOf(), { ...living, ...answer })).rejects.toHaveProperty(
      "code",
      "NODE_ANSWER_INVALID",
    );
  });
});

describe("when the network is closed", () => {
  test("the payload may say everything, and nobody is asked", async () => {
    const payload = payloadOf(undefined, { chain_id: TIGRIS, account_number: 3, sequence: "8" });
    expect(await sign(payload)).toHaveProperty("filledIn", {
      chainId: TIGRIS,
      accountNumber: "3",
      sequence: "8",
    });
  });

  test("the settings may say everything", async () => {
    const setting = settings({
      TATUM_KMS_BNB_CHAIN_ID: "Binance-Chain-Own",
      TATUM_KMS_BNB_ACCOUNTS: `bnb1other:1:1, ${SENDER}:12:34`,
    });
    expect(await sign(payloadOf(), { ...closed, setting })).toHaveProperty("filledIn", {
      chainId: "Binance-Chain-Own",
      accountNumber: "12",
      sequence: "34",
    });
  });

  test("the chain id it closed with is taken, with a warning", async () => {
    const warnings: string[] = [];
    const environment = { ...closed, get: accountOf(5), warn: (message: string) => warnings.push(message) };
    expect(await sign(payloadOf(), environment)).toHaveProperty("filledIn.chainId", TIGRIS);
    expect(warnings).toHaveLength(1);
  });

  test("the error of the API stands for an account that nobody knows", async () => {
    const setting = settings({ TATUM_KMS_BNB_ACCOUNTS: "bnb1other:1:1" });
    await expect(sign(payloadOf(), { ...closed, setting })).rejects.toThrow("no answer");
  });

  test("a setting that cannot be read is named", async () => {
    const setting = settings({ TATUM_KMS_BNB_ACCOUNTS: `${SENDER}:12` });
    await expect(sign(payloadOf(), { ...closed, setting })).rejects.toThrow("TATUM_KMS_BNB_ACCOUNTS");
  });

  test("the chain id of another network in the payload is refused", async () => {
    const payload = payloadOf(undefined, { chain_id: "cosmoshub-4", account_number: 1, sequence: 1 });
    await expect(sign(payload)).rejects.toHaveProperty("code", "NETWORK_MISMATCH");
  });
});

/**
 * Keys that never leave a PKCS#11 token, used by a daemon that a token unlocks: no password is anywhere. Real nodes and
 * independent libraries take what it signs.
 */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hash160, secp256k1 } from "@bitauth/libauth";
import { hex } from "@scure/base";
import { payments, script, Transaction } from "bitcoinjs-lib";
import { decode, encodeForSigning } from "ripple-binary-codec";
import { verify } from "ripple-keypairs";
import { type Sandbox, startSandbox } from "../../src/sandbox/server.ts";
import {
  messageBytes,
  pendingOf,
  SYSTEM,
  systemTransfer,
} from "../chains/families/solana/message-builder.ts";
import { PIN, SoftTokens, softHsmModule } from "../providers/pkcs11/soft-token.ts";
import { type Anvil, startAnvil } from "./anvil.ts";
import { payloadOf } from "./daemon/running-daemon.ts";
import { Installation } from "./executable.ts";
import { callNode } from "./nodes/json-rpc.ts";
import { fund, spendingOf } from "./nodes/litecoin-coins.ts";
import { type Litecoind, startLitecoind } from "./nodes/litecoind.ts";
import { LAMPORTS_PER_SOL, SolanaVirtualMachine } from "./solana-virtual-machine.ts";
import { StandInApi } from "./stand-in-api.ts";

// Processes are started: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const SEPOLIA = 11_155_111;

interface TokenKey {
  readonly signatureId: string;
  readonly address: string;
  readonly publicKey: string;
}

const installation = new Installation();
const tokens = new SoftTokens("hot");
const api = new StandInApi();
let anvil: Anvil;
let litecoind: Litecoind;
let sandbox: Sandbox;
let environment: Record<string, string>;

/** Makes a key in the token; the first one makes the vault as well. */
async function makeKey(chain: string, ...options: readonly string[]): Promise<TokenKey> {
  const args = ["generatemanagedkey", chain, ...options];
  const run = await installation.run(args, { env: environment });
  expect(run).toMatchObject({ status: 0 });
  return JSON.parse(run.stdout) as TokenKey;
}

async function runOnce(chain: string, apiEnvironment: Record<string, string>, ...options: string[]) {
  const env = { ...environment, ...apiEnvironment };
  const run = await installation.run(["daemon", "--runOnce", `--chain=${chain}`, ...options], { env });
  expect(run).toMatchObject({ status: 0 });
}

/** Has a transaction signed for the network behind the sandbox; its id there. */
async function runOnSandbox(chain: string, key: TokenKey, serializedTransaction: string): Promise<string> {
  const body = JSON.stringify({ chain, serializedTransaction, hashes: [key.signatureId] });
  const queued = await fetch(`${sandbox.url}/sandbox/transactions`, { method: "POST", body });
  const { id } = (await queued.json()) as { id: string };
  const apiEnvironment = { TATUM_API_URL: sandbox.url, TATUM_API_KEY: "sandbox" };
  await runOnce(chain, apiEnvironment, "--testnet", `--external-url=${sandbox.fourEyeUrl}`);
  const listed = (await (await fetch(`${sandbox.url}/sandbox/transactions`)).json()) as {
    transaction: { id: string };
    txId: string;
  }[];
  return listed.find(({ transaction }) => transaction.id === id)?.txId ?? "";
}

/** Has a transaction signed for the main network; what was broadcast. */
async function runOnMainnet(chain: string, key: TokenKey, serializedTransaction: string): Promise<string> {
  const before = api.broadcasts.length;
  const id = key.signatureId.replaceAll("-", "").slice(0, 24);
  api.pending = [{ id, chain, serializedTransaction, hashes: [key.signatureId] } as { chain: string }];
  await runOnce(chain, api.env, `--external-url=${api.fourEyeUrl}`);
  expect(api.broadcasts).toHaveLength(before + 1);
  return payloadOf(api.broadcasts.at(-1));
}

beforeAll(async () => {
  const pinFile = join(installation.home, "pin");
  writeFileSync(pinFile, `${PIN}\n`, { mode: 0o600 });
  environment = {
    ...tokens.environment,
    TATUM_KMS_PASSWORD: "",
    TATUM_KMS_PKCS11_URI: `pkcs11:token=hot?module-path=${softHsmModule}&pin-source=file:${pinFile}`,
    TATUM_RETRY_DELAY: "10",
  };
  anvil = await startAnvil({ chainId: SEPOLIA });
  litecoind = await startLitecoind();
  sandbox = startSandbox({
    nodes: new Map([
      ["ETH", anvil.url],
      ["LTC", litecoind.url],
    ]),
    testnet: true,
  });
}, 60_000);

afterAll(async () => {
  await Promise.all([sandbox?.stop(), anvil?.stop(), litecoind?.stop(), api.stop()]);
  tokens.remove();
  installation.remove();
});

test("an Ethereum payment is mined by a real node", async () => {
  const key = await makeKey("ETH", "--testnet");
  await callNode(anvil.url, "anvil_setBalance", [key.address, `0x${(10n ** 19n).toString(16)}`]);
  const to = `0x${"42".repeat(20)}`;
  const txId = await runOnSandbox("ETH", key, JSON.stringify({ to, value: "1000000000000000000" }));
  const receipt = await callNode<{ status: string; from: string }>(anvil.url, "eth_getTransactionReceipt", [
    txId,
  ]);
  expect(receipt).toMatchObject({ status: "0x1", from: key.address });
  expect(BigInt(await callNode<string>(anvil.url, "eth_getBalance", [to, "latest"]))).toBe(10n ** 18n);
});

test("a Litecoin payment from all kinds of outputs is mined by a real node", async () => {
  const key = await makeKey("LTC", "--testnet");
  const publicKey = hex.decode(key.publicKey);
  const coins = [];
  for (const kind of ["P2PKH", "P2WPKH", "P2SH-P2WPKH"] as const)
    coins.push(await fund(litecoind, publicKey, kind));
  await litecoind.mine(1);
  const txId = await runOnSandbox("LTC", key, await spendingOf(litecoind, coins));
  const [block] = await litecoind.mine(1);
  expect(await litecoind.call<{ tx: string[] }>("getblock", block)).toMatchObject({
    tx: expect.arrayContaining([txId]),
  });
});

test("a Solana payment is carried out by the real virtual machine", async () => {
  const machine = new SolanaVirtualMachine();
  api.answer = machine.answer;
  const [key, recipient] = [await makeKey("SOL"), await makeKey("SOL")];
  machine.airdrop(key.address, 10n * LAMPORTS_PER_SOL);
  const instructions = [systemTransfer(key.address, recipient.address, LAMPORTS_PER_SOL)];
  const message = { signers: [key.address], writable: [recipient.address], readonly: [SYSTEM], instructions };
  const { serializedTransaction } = pendingOf(messageBytes(message));
  const signature = await runOnMainnet("SOL", key, serializedTransaction);
  expect(machine.holds(signature)).toBeTrue();
  expect(machine.balance(recipient.address)).toBe(LAMPORTS_PER_SOL);
});

test("a Bitcoin payment is verified by bitcoinjs-lib and libauth", async () => {
  const key = await makeKey("BTC");
  const publicKey = hex.decode(key.publicKey);
  const { output, address } = payments.p2wpkh({ pubkey: publicKey });
  expect(key.address).toBe(address as string);
  const satoshis = 100_000;
  const spend = {
    inputs: [
      {
        prevTxId: "ab".repeat(32),
        outputIndex: 1,
        sequenceNumber: 0xffffffff,
        script: "",
        scriptString: "",
        output: { satoshis, script: hex.encode(output as Uint8Array) },
      },
    ],
    outputs: [{ satoshis: satoshis - 2_000, script: hex.encode(output as Uint8Array) }],
    version: 2,
    nLockTime: 0,
  };
  const signed = Transaction.fromHex(await runOnMainnet("BTC", key, JSON.stringify(spend)));
  const [signature, shown] = signed.ins[0]?.witness ?? [];
  expect(hex.encode(shown as Uint8Array)).toBe(key.publicKey);
  const { hashType, signature: compact } = script.signature.decode(signature as Uint8Array);
  const scriptCode = payments.p2pkh({ hash: hash160(publicKey) }).output as Uint8Array;
  const digest = signed.hashForWitnessV0(0, scriptCode, BigInt(satoshis), hashType);
  expect(secp256k1.verifySignatureCompactLowS(compact, publicKey, digest)).toBeTrue();
});

test.each(["Ed25519", "secp256k1"])(
  "an XRP payment of an %s key is verified by ripple-keypairs",
  async (curve) => {
    const key = curve === "Ed25519" ? await makeKey("XRP") : await adoptSecp256k1Key();
    const payment = {
      TransactionType: "Payment",
      Account: key.address,
      Destination: "rrrrrrrrrrrrrrrrrrrrBZbvji",
      Amount: "1000000",
      Fee: "12",
      Sequence: 7,
      LastLedgerSequence: 90_000_000,
      Flags: 0,
    };
    api.pending = [];
    const payload = await runOnMainnet("XRP", key, JSON.stringify(payment));
    const { TxnSignature, ...unsigned } = decode(payload) as Record<string, unknown> & {
      TxnSignature: string;
    };
    const { SigningPubKey } = unsigned as { SigningPubKey: string };
    expect(SigningPubKey.toLowerCase()).toBe(curve === "Ed25519" ? `ed${key.publicKey}` : key.publicKey);
    expect(verify(encodeForSigning(unsigned), TxnSignature, SigningPubKey)).toBeTrue();
  },
);

/** A key that another program made in the token. */
async function adoptSecp256k1Key(): Promise<TokenKey> {
  tokens.tool("hot", "--login", "--keypairgen", "--key-type", "EC:secp256k1", "--label", "xrp", "--id", "77");
  const args = [
    "storemanagedkey",
    "XRP",
    `--pkcs11=pkcs11:token=hot;object=xrp?module-path=${softHsmModule}`,
  ];
  const run = await installation.run(args, { env: { ...environment, TATUM_KMS_PKCS11_PIN: PIN } });
  expect(run).toMatchObject({ status: 0 });
  return JSON.parse(run.stdout) as TokenKey;
}

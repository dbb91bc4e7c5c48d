/** What is done with the case of another project: this program's result has to be the peer's. */
import { createHash } from "node:crypto";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { RawTx } from "@scure/btc-signer/script.js";
import type { Chain, ChainEnvironment, PendingTransaction, Signer } from "../../chains/chain.ts";
import { digestToSign as evmDigest } from "../../chains/families/evm/encode.ts";
import * as flowTransaction from "../../chains/families/flow/encode.ts";
import * as multiversx from "../../chains/families/multiversx/encode.ts";
import { isInputSigned } from "../../chains/families/utxo/sign.ts";
import { SignatureDigests } from "../../chains/families/utxo/signature-digest.ts";
import { spendableScript } from "../../chains/families/utxo/spendable-script.ts";
import * as vechain from "../../chains/families/vechain/encode.ts";
import { loadChain } from "../../chains/index.ts";
import { signSchnorr } from "../../chains/keys/bch-schnorr.ts";
import { mnemonicToSeed } from "../../chains/keys/bip39.ts";
import { memoryEd25519Key } from "../../chains/keys/ed25519.ts";
import { memorySecp256k1Key, signRecoverable } from "../../chains/keys/secp256k1.ts";
import { slip10Ed25519 } from "../../chains/keys/slip10.ts";
import { Secret } from "../../providers/secret.ts";
import { readOriginalWalletFile } from "../../src/vault/import/original-wallet-file.ts";
import { passwordSlotKeys } from "../../src/vault/key-slots/password-slot.ts";
import { aesGcmDecrypt, aesGcmEncrypt, RootKey } from "../../src/vault/root-key.ts";
import type { PeerCase } from "./peer-case.ts";

/** This program's result is not the peer's. */
export class Mismatch extends Error {
  override readonly name = "Mismatch";
}

const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const text = (value: unknown): string => String(value);
const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");
const bytes = (value: unknown): Uint8Array =>
  Uint8Array.from(Buffer.from(text(value).replace(/^0x/, ""), "hex"));
const lower = (value: unknown): string => text(value).toLowerCase();

function same(what: string, got: unknown, want: unknown): void {
  const [mine, theirs] = [got, want].map((value) =>
    typeof value === "string" ? value : JSON.stringify(value),
  );
  if (mine !== theirs)
    throw new Mismatch(`${what}: ${text(mine).slice(0, 300)} instead of ${text(theirs).slice(0, 300)}`);
}

async function chainOf({ chain }: PeerCase): Promise<Chain> {
  const found = await loadChain(chain);
  if (found === undefined) throw new Error(`There is no chain ${chain}.`);
  return found;
}

const networkOf = ({ network = "mainnet" }: PeerCase) => network;

function environmentOf(of: PeerCase): ChainEnvironment {
  const { answers = {}, settings, now = 1_600_000_000_000 } = of;
  const find = async (key: string): Promise<never> => {
    const isAnswer = (name: string): boolean =>
      name === key || (name.endsWith("*") && key.startsWith(name.slice(0, -1)));
    const name = Object.keys(answers).find(isAnswer);
    if (name === undefined) throw new Error(`The case has no answer for ${key}.`);
    return answers[name] as never;
  };
  return {
    network: networkOf(of),
    get: (path) => find(`GET ${path}`),
    post: (path) => find(`POST ${path}`),
    rpc: (_path, method) => find(method),
    askThirdParty: (name, { method, path }) => find(`${name} ${method} ${path}`),
    isTaken: async () => false,
    shared: (_question, ask) => ask(),
    firstUnusedSequence: async (_account, counted) => counted,
    setting: (name) => settings?.[name],
    now: () => now,
    pause: async () => {},
    warn: () => {},
  };
}

const signatureId = (position: number): string =>
  `00000000-0000-4000-8000-${text(position).padStart(12, "0")}`;

export function pendingOf(of: PeerCase): PendingTransaction {
  const { chain, tx, keys = [], index, pending } = of;
  return {
    id: createHash("sha256").update(JSON.stringify(of)).digest("hex").slice(0, 24),
    chain,
    serializedTransaction: typeof tx === "string" ? tx : JSON.stringify(tx),
    hashes: keys.map((_, position) => signatureId(position)),
    signatures: [],
    ...(index !== undefined && { index }),
    ...pending,
  };
}

function signersOf(of: PeerCase, chain: Chain): readonly Signer[] {
  return (of.keys ?? []).map((privateKey, position) => ({
    signatureId: signatureId(position),
    kind: "private-key",
    async key() {
      const { key } = chain.parsePrivateKey(privateKey, networkOf(of));
      if (!of["ecdsaOnly"]) return key;
      return { curve: key.curve, publicKey: key.publicKey, sign: (digest) => key.sign(digest) };
    },
  }));
}

/** Members that are whole numbers, as bigint. */
function withBigints(fields: object, names: readonly string[]): never {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, names.includes(name) ? BigInt(value) : value]),
  ) as never;
}

/** The signature with `s` in the lower half. */
function lowS(signature: string): string {
  const s = BigInt(`0x${signature.slice(64)}`);
  const low = s > SECP256K1_ORDER / 2n ? SECP256K1_ORDER - s : s;
  return signature.slice(0, 64) + low.toString(16).padStart(64, "0");
}

const u32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
};
const lengthPrefixed = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(Buffer.concat(parts.flatMap((part) => [u32(part.length), part])));
const push = (data: Uint8Array): Uint8Array =>
  Uint8Array.from([...(data.length < 76 ? [data.length] : [76, data.length]), ...data]);

type Operation = (of: PeerCase) => Promise<void> | void;

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  /** A private key as text: its address, its public key, its signature. */
  async key(of) {
    const { address, key } = (await chainOf(of)).parsePrivateKey(text(of["key"]), networkOf(of));
    if (of["address"] !== undefined) same("address", address, of["address"]);
    if (of["publicKey"]) same("public key", hex(key.publicKey), lower(of["publicKey"]));
    if (of["message"] === undefined) return;
    const signature = hex(await key.sign(bytes(of["message"])));
    same("signature", of["anyS"] ? lowS(signature) : signature, lower(of["signature"]));
  },

  /** A mnemonic: xpub, address and key at an index of this program's path. */
  async mnemonic(of) {
    const [chain, network, index] = [await chainOf(of), networkOf(of), of.index ?? 0];
    const wallet = chain.restoreWallet(text(of["mnemonic"]), network);
    if (of["xpub"]) same("xpub", wallet.xpub, of["xpub"]);
    if (of["address"]) same("address", chain.deriveAddress(wallet, index, network), of["address"]);
    if (!of["privateKey"] && !of["publicKey"]) return;
    const privateKey = chain.derivePrivateKey(wallet, index, network);
    if (of["privateKey"]) same("private key", privateKey, of["privateKey"]);
    const { key } = chain.parsePrivateKey(privateKey, network);
    if (of["publicKey"]) same("public key", hex(key.publicKey), of["publicKey"]);
  },

  async pub(of) {
    const chain = await chainOf(of);
    same("address", chain.addressOfPublicKey(bytes(of["publicKey"]), networkOf(of)), of["address"]);
  },

  /** A pending transaction is signed: exact bytes, or what is in them. */
  async sign(of) {
    const chain = await chainOf(of);
    const request = { transaction: pendingOf(of), signers: signersOf(of, chain) };
    const { payload, transactionId } = await chain.sign(request, environmentOf(of));
    const cased = (value: unknown) => (of["anyCase"] ? lower(value) : value);
    if (of["payload"] !== undefined) same("payload", cased(payload), cased(of["payload"]));
    for (const [name, value] of Object.entries((of["json"] as object) ?? {})) {
      same(name, JSON.parse(payload)[name], value);
    }
    const missing = ((of["contains"] as string[]) ?? []).find(
      (part) => !lower(payload).includes(lower(part)),
    );
    if (missing !== undefined) throw new Mismatch(`The payload ${payload.slice(0, 300)} lacks ${missing}.`);
    if (of["base64"] && !hex(Buffer.from(payload, "base64")).includes(lower(of["base64"]))) {
      throw new Mismatch(`The payload lacks ${of["base64"]}.`);
    }
    if (of["sha256"]) same("digest", createHash("sha256").update(payload).digest("hex"), of["sha256"]);
    const plainId = (id: unknown) => lower(id).replace(/^0x/, "");
    if (of["txid"]) same("transaction id", plainId(transactionId), plainId(of["txid"]));
  },

  /** What a pending transaction does. */
  async describe(of) {
    const intents = (await chainOf(of)).describe(pendingOf(of), networkOf(of));
    const recipients = intents.flatMap((intent) => (intent.kind === "transfer" ? [intent.to] : []));
    if (of["to"] !== undefined) same("recipient", recipients, [of["to"]].flat());
    if (of["kinds"])
      same(
        "kinds",
        intents.map(({ kind }) => kind),
        of["kinds"],
      );
  },

  evmDigest(of) {
    const names = ["chainId", "nonce", "gas", "value", "gasPrice", "maxFeePerGas", "maxPriorityFeePerGas"];
    same("digest", hex(evmDigest(withBigints(of["fields"] as object, names))), of["digest"]);
  },

  btcDigest(of) {
    const digests = new SignatureDigests(RawTx.decode(bytes(of["raw"])) as never);
    const [script, hashType] = [bytes(of["script"]), Number(of["hashType"])];
    const digest = of["witness"]
      ? digests.witness(of.index, script, BigInt(text(of["amount"])), hashType)
      : digests.legacy(of.index, script, hashType);
    same("digest", hex(digest), of["digest"]);
  },

  /** Whether the signature of somebody else on an input counts. */
  ecdsaInput(of) {
    const digest = Uint8Array.from(createHash("sha256").update(bytes(of["message"])).digest());
    const spent = spendableScript(Uint8Array.from([...push(bytes(of["publicKey"])), 0xac]), ["p2pk"]);
    const scriptSig = push(bytes(`${of["signature"]}01`));
    const digests = { legacy: () => digest } as never;
    const isSigned = isInputSigned(digests, 0, spent as never, 0n, { scriptSig, witness: [] });
    same("valid", isSigned, of["valid"]);
  },

  aesgcm(of) {
    const [key, nonce, plain, associated] = ["key", "iv", "msg", "aad"].map((name) => bytes(of[name]));
    const sealed = bytes(`${of["ct"]}${of["tag"]}`);
    if (of["valid"]) same("sealed", hex(aesGcmEncrypt(key!, nonce!, plain!, associated!)), hex(sealed));
    const opened = aesGcmDecrypt(key!, nonce!, sealed, associated!);
    same("opened", opened === undefined ? "refused" : hex(opened), of["valid"] ? of["msg"] : "refused");
  },

  /** What the vault seals opens with WebCrypto's HKDF and AES-GCM, from docs/vault-format.md alone. */
  async sealed(of) {
    const purpose = text(of["purpose"]) as never;
    const [key, vault, id, plain] = ["key", "vaultId", "recordId", "plain"].map((name) => bytes(of[name]));
    const sealed = new RootKey(Uint8Array.from(key!), vault!).seal(purpose, id!, plain!);
    const base = await crypto.subtle.importKey("raw", key! as never, "HKDF", false, ["deriveBits"]);
    const derive = (info: Uint8Array) =>
      crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: vault!, info } as never, base, 256);
    const recordInfo = Buffer.concat([Buffer.from(`tatum-kms/v1/${of["purpose"]}\0`), id!]);
    const aes = await crypto.subtle.importKey("raw", await derive(recordInfo), "AES-GCM", false, ["decrypt"]);
    const additionalData = lengthPrefixed(Buffer.from(purpose), vault!, id!);
    const algorithm = { name: "AES-GCM", iv: sealed.slice(1, 13), additionalData } as never;
    same(
      "opened",
      hex(new Uint8Array(await crypto.subtle.decrypt(algorithm, aes, sealed.slice(13)))),
      of["plain"],
    );
    const hashKey = await derive(Buffer.from(`tatum-kms/v1-hash/${of["purpose"]}\0`));
    const hmac = await crypto.subtle.importKey("raw", hashKey, { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
    ]);
    const keyed = new RootKey(Uint8Array.from(key!), vault!).keyedHash(purpose, plain!);
    same(
      "keyed hash",
      hex(keyed),
      hex(new Uint8Array(await crypto.subtle.sign("HMAC", hmac, plain! as never))),
    );
  },

  argon2(of) {
    const keys = passwordSlotKeys(1, JSON.stringify(of["parameters"]), new Secret(text(of["password"])));
    same("slot keys", hex(keys.encryptionKey) + hex(keys.commitmentKey), of["want"]);
  },

  /** A wallet.dat of the original as OpenSSL's own tool writes it. */
  original(of) {
    const wallets = readOriginalWalletFile(Buffer.from(text(of["file"])), new Secret(text(of["password"])));
    same("ids", wallets.map(({ signatureId: id }) => id).toSorted(), of["ids"]);
  },

  async vet(of) {
    const { clauses, ...fields } = of["fields"] as { clauses: { value: string }[] };
    const transaction = {
      ...(withBigints(fields, ["chainTag", "expiration", "gasPriceCoef", "gas", "nonce"]) as object),
      clauses: clauses.map((clause) => ({ ...clause, value: BigInt(clause.value) })),
    } as never;
    const digest = vechain.digestToSign(transaction);
    same("digest", hex(digest), of["digest"]);
    if (of["payload"]) {
      const signature = await signRecoverable(memorySecp256k1Key(bytes(of["key"])), digest);
      same("payload", vechain.serializeSigned(transaction, signature), of["payload"]);
    }
    if (of["txid"]) same("id", vechain.transactionId(transaction, of["sender"] as never), of["txid"]);
  },

  async egld(of) {
    const { data = "", ...fields } = of["fields"] as { data?: string };
    const transaction = {
      ...(withBigints(fields, ["nonce", "value", "gasPrice", "gasLimit"]) as object),
      data: Uint8Array.from(Buffer.from(data)),
    } as never;
    const signed = Uint8Array.from(Buffer.from(multiversx.textToSign(transaction)));
    const key = memoryEd25519Key(bytes(of["key"]));
    const signature = await key.sign(of["hashed"] ? keccak_256(signed) : signed);
    if (of["signature"]) same("signature", hex(signature), of["signature"]);
    const counted = of["foreignSignature"] ? bytes(of["foreignSignature"]) : signature;
    if (of["txid"]) same("id", multiversx.transactionId(transaction, counted), of["txid"]);
  },

  seed: (of) => same("seed", hex(mnemonicToSeed(text(of["mnemonic"]))), of["seed"]),

  slip10: (of) => same("key", hex(slip10Ed25519(bytes(of["seed"]), text(of["path"]))), of["privateKey"]),

  schnorr: (of) =>
    same("signature", hex(signSchnorr(bytes(of["key"]), bytes(of["digest"]))), of["signature"]),

  /** The bytes of a Flow transaction. */
  flow(of) {
    const encode = (flowTransaction as Record<string, unknown>)[text(of["fn"])] as (
      ...args: unknown[]
    ) => unknown;
    const args = (of["args"] as object[]).map((argument) => {
      if (Array.isArray(argument)) {
        return argument.map((entry) => ({ ...entry, signature: bytes(entry.signature) }));
      }
      const { proposer } = argument as { proposer: { sequenceNumber: string } };
      return { ...argument, proposer: { ...proposer, sequenceNumber: BigInt(proposer.sequenceNumber) } };
    });
    const encoded = encode(...args);
    same(text(of["fn"]), typeof encoded === "string" ? encoded : hex(encoded as Uint8Array), of["want"]);
  },
};

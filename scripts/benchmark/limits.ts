/** What nobody could do better than with the same primitives on this machine: the limits that stand beside the figures. */
import { argon2Sync, createCipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { HDKey } from "@scure/bip32";
import { median } from "./row.ts";

/** Milliseconds that one call takes, of processor time; the middle of several tries. */
function timeOf(work: () => void, calls: number): number {
  for (let call = 0; call < calls / 5; call++) work();
  const tries = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    for (let call = 0; call < calls; call++) work();
    return process.cpuUsage(before).user / 1000 / calls;
  });
  return median(tries);
}

const digest = randomBytes(32);

/** One signature, its verification and the public key of both: a second and core. */
export function signaturesASecond(curve: "secp256k1" | "ed25519"): number {
  const options = { prehash: false };
  const once = {
    secp256k1: () => {
      const key = secp256k1.utils.randomSecretKey();
      const publicKey = secp256k1.getPublicKey(key);
      secp256k1.verify(secp256k1.sign(digest, key, options), digest, publicKey, options);
    },
    ed25519: () => {
      const key = ed25519.utils.randomSecretKey();
      const publicKey = ed25519.getPublicKey(key);
      ed25519.verify(ed25519.sign(digest, key), digest, publicKey);
    },
  }[curve];
  return 1000 / timeOf(once, 100);
}

/** Milliseconds of Argon2id as password slots ask for it (RFC 9106, second recommended option). */
export function keyDerivation(): number {
  const parameters = { memory: 65_536, passes: 3, parallelism: 4, tagLength: 64 };
  const message = Buffer.from("benchmark");
  const tries = Array.from({ length: 3 }, () => {
    const start = performance.now();
    argon2Sync("argon2id", { message, nonce: randomBytes(16), ...parameters });
    return performance.now() - start;
  });
  return median(tries);
}

/** Milliseconds of AES-256-GCM over so many records of the size of a wallet's. */
export function decryption(records: number): number {
  const [key, nonce, record] = [randomBytes(32), randomBytes(12), randomBytes(541)];
  const once = (): void => {
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    cipher.update(record);
    cipher.final();
  };
  return records * timeOf(once, 5000);
}

/** Milliseconds of PBKDF2 (BIP-39) and the derivation of a key (BIP-32), on one core. */
export function walletDerivation(): number {
  const once = (): void => {
    const seed = pbkdf2Sync(randomBytes(16).toString("hex"), "mnemonic", 2048, 64, "sha512");
    const { publicKey } = HDKey.fromMasterSeed(seed).derive("m/44'/60'/0'/0/1");
    if (publicKey === null) throw new Error("no public key");
  };
  return timeOf(once, 40);
}

import { afterEach, describe, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { Worker } from "node:worker_threads";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Chain } from "../../../chains/chain.ts";
import { loadChain, tickers } from "../../../chains/index.ts";
import { memoryEd25519Key } from "../../../chains/keys/ed25519.ts";
import { memoryEd25519Bip32Key } from "../../../chains/keys/ed25519-bip32.ts";
import { isSignature, memorySecp256k1Key } from "../../../chains/keys/secp256k1.ts";
import type { SigningKey, SigningScheme } from "../../../chains/signing-key.ts";
import { SigningThread, type SigningThreadOptions } from "../../../src/signing/signing-thread.ts";
import { signVector } from "../../chains/offline-signing-vectors.ts";
import { environmentFor, expectedPayload, vectorsOf } from "../../chains/token-signing.ts";

// A thread loads the program: on a busy machine that takes longer than the usual 5 seconds.
setDefaultTimeout(60_000);

const secret = new Uint8Array(32).fill(7);
const bitcoinKey = memorySecp256k1Key(secret);
const digest = (number: number): Uint8Array => new Uint8Array(32).fill(number);

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function threadWith(options: SigningThreadOptions): SigningThread {
  const thread = new SigningThread({ cores: 2, ...options });
  ends.push(() => thread.end());
  return thread;
}

/** What a thread of the test does in the place of the program's; the shared memory is its `workerData`. */
function actor(script: string): Required<Pick<SigningThreadOptions, "begin">> & { shared(): Uint8Array } {
  let memory: Uint8Array = new Uint8Array();
  return {
    begin(shared) {
      memory = new Uint8Array(shared);
      const source = `import { parentPort, workerData } from "node:worker_threads"; ${script}`;
      return new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
        workerData: shared,
      });
    },
    shared: () => memory,
  };
}

/** Asks for so many signatures that a thread is begun, until it takes one; what it gives. */
async function begun(thread: SigningThread, key: SigningKey = bitcoinKey): Promise<Uint8Array | undefined> {
  for (;;) {
    const signing = thread.sign(key, "sign", digest(1));
    if (signing !== undefined) return signing;
    await Bun.sleep(1);
  }
}

/** A chain whose keys sign in a thread, and nowhere else. */
function withKeysIn(thread: SigningThread, chain: Chain): Chain {
  const signer = (key: SigningKey, scheme: SigningScheme) => async (message: Uint8Array) =>
    (await thread.sign(key, scheme, message)) ?? Promise.reject(new Error("The thread did not sign."));
  return {
    ...chain,
    parsePrivateKey(text, network) {
      const parsed = chain.parsePrivateKey(text, network);
      const { key } = parsed;
      const { curve, publicKey, signRecoverable, signBitcoinCashSchnorr } = key;
      const inThread: SigningKey = {
        curve,
        publicKey,
        sign: signer(key, "sign"),
        ...(signRecoverable && { signRecoverable: signer(key, "signRecoverable") }),
        ...(signBitcoinCashSchnorr && { signBitcoinCashSchnorr: signer(key, "signBitcoinCashSchnorr") }),
      };
      return { ...parsed, key: inThread };
    },
  };
}

describe("a thread that signs", () => {
  const extended = Uint8Array.from({ length: 64 }, (_, at) => at)
    .with(0, 8)
    .with(31, 0x40);
  const schemes: readonly [string, SigningKey, SigningScheme][] = [
    ["ECDSA", bitcoinKey, "sign"],
    ["ECDSA with the recovery id", bitcoinKey, "signRecoverable"],
    ["ECDSA of an uncompressed key", memorySecp256k1Key(secret, { compressed: false }), "sign"],
    ["Schnorr of Bitcoin Cash", bitcoinKey, "signBitcoinCashSchnorr"],
    ["Ed25519", memoryEd25519Key(secret), "sign"],
    ["BIP32-Ed25519", memoryEd25519Bip32Key(extended), "sign"],
  ];

  test("gives the very bytes of the main thread, in each scheme", async () => {
    const thread = threadWith({});
    await begun(thread);
    for (const [name, key, scheme] of schemes) {
      for (let number = 0; number < 30; number++) {
        const there = await thread.sign(key, scheme, digest(number));
        expect([name, there]).toEqual([name, await key[scheme]?.(digest(number))]);
      }
    }
  });

  test("gives what the vectors of each chain have, to the byte", async () => {
    const thread = threadWith({});
    await begun(thread);
    for (const ticker of tickers) {
      const chain = withKeysIn(thread, (await loadChain(ticker)) as Chain);
      const curves = new Set([chain.facts.curve, "ed25519", "secp256k1"] as const);
      const vectors = (await Promise.all([...curves].map((curve) => vectorsOf(chain, curve)))).flat();
      expect([ticker, vectors]).not.toEqual([ticker, []]);
      for (const vector of vectors) {
        const signed = await signVector(chain, vector, environmentFor(chain, vector));
        const payload = signed instanceof Error ? signed : signed.payload;
        expect([ticker, vector.name, payload]).toEqual([ticker, vector.name, expectedPayload(vector) ?? ""]);
      }
    }
  });

  test("has verified what it signed, which is not verified again: of that digest, that key and those bytes alone", async () => {
    const key = memorySecp256k1Key(digest(9));
    const thread = threadWith({});
    await begun(thread);
    const bytes = (await thread.sign(key, "signRecoverable", digest(2)))?.subarray(1) ?? new Uint8Array();
    const multiply = spyOn(secp256k1.Point.BASE, "multiplyUnsafe");
    try {
      expect(isSignature(bytes, digest(2), key.publicKey)).toBeTrue();
      expect(multiply).not.toHaveBeenCalled();
      expect(isSignature(bytes, digest(3), key.publicKey)).toBeFalse();
      expect(isSignature(bytes, digest(2), bitcoinKey.publicKey)).toBeFalse();
      expect(isSignature(bytes.with(40, (bytes[40] ?? 0) ^ 1), digest(2), key.publicKey)).toBeFalse();
      expect(multiply).toHaveBeenCalledTimes(3);
    } finally {
      multiply.mockRestore();
    }
  });

  test("is begun when there is much to sign, and not on one core", async () => {
    const thread = threadWith({});
    for (let number = 0; number < 90; number++)
      expect(thread.sign(bitcoinKey, "sign", digest(1))).toBeUndefined();
    expect(thread.isRunning).toBeFalse();
    const alone = threadWith({ cores: 1 });
    for (let number = 0; number < 100; number++) alone.sign(bitcoinKey, "sign", digest(1));
    expect(alone.isRunning).toBeFalse();
    for (let number = 0; number < 100; number++) thread.sign(bitcoinKey, "sign", digest(1));
    expect(thread.isRunning).toBeTrue();
  });

  test("ends when there is nothing to sign any more", async () => {
    const thread = threadWith({ idle: 20 });
    await begun(thread);
    while (thread.isRunning) await Bun.sleep(5);
    // And is begun again by the next many.
    expect(await begun(thread)).toHaveLength(64);
  });

  test("has no key of a token, which has none in memory", async () => {
    const thread = threadWith({});
    await begun(thread);
    const token: SigningKey = {
      curve: "secp256k1",
      publicKey: bitcoinKey.publicKey,
      sign: async () => secret,
    };
    expect(thread.sign(token, "sign", digest(1))).toBeUndefined();
  });

  test("finds the key overwritten in the shared memory as soon as it has signed", async () => {
    const [failed, signed] = [
      Promise.withResolvers<unknown>(),
      actor(`
      parentPort.on("message", ({ place }) => parentPort.postMessage({ place, signature: new Uint8Array(workerData).slice(place * 64, place * 64 + 32) }));
      parentPort.postMessage("ready");`),
    ];
    const thread = threadWith({ ...signed, onFailure: failed.resolve });
    // This one gives the key itself back, so that it is seen to have been there.
    const key = memoryEd25519Key(secret);
    const there = (await begun(thread, key)) ?? new Uint8Array();
    expect(there.some((byte) => byte !== 0)).toBeTrue();
    expect(signed.shared().every((byte) => byte === 0)).toBeTrue();
  });
});

describe("a thread that fails", () => {
  test("as it cannot be begun leaves all signatures to the caller, and it is told once", () => {
    const problems: unknown[] = [];
    const begin = (): never => {
      throw new Error("no more threads");
    };
    const thread = threadWith({ begin, onFailure: (problem) => problems.push(problem) });
    for (let number = 0; number < 200; number++)
      expect(thread.sign(bitcoinKey, "sign", digest(1))).toBeUndefined();
    expect(problems).toEqual([new Error("no more threads")]);
  });

  test("as it answers what is no signature leaves that one to the caller", async () => {
    const thread = threadWith(
      actor(`
      parentPort.on("message", ({ place }) => parentPort.postMessage({ place, signature: new Uint8Array(3) }));
      parentPort.postMessage("ready");`),
    );
    expect(await begun(thread)).toBeUndefined();
  });

  test.each([
    ["hangs", `parentPort.on("message", () => { for (;;) {} }); parentPort.postMessage("ready");`],
    ["says nothing", `parentPort.on("message", () => undefined); parentPort.postMessage("ready");`],
    ["ends", `parentPort.on("message", () => process.exit(0)); parentPort.postMessage("ready");`],
    [
      "throws",
      `parentPort.on("message", () => { throw new Error("broken"); }); parentPort.postMessage("ready");`,
    ],
    ["breaks at its start", `throw new Error("broken");`],
  ])(
    "as it %s leaves the signature to the caller, no key behind it, and no other thread is begun",
    async (_, script) => {
      const failed = Promise.withResolvers<unknown>();
      const { begin, shared } = actor(script);
      const thread = threadWith({ begin, patience: 200, onFailure: failed.resolve });
      const signing = begun(thread).then((inner) => inner);
      const first = await Promise.race([signing, failed.promise.then(() => "failed")]);
      expect([undefined, "failed"]).toContain(first as undefined);
      await failed.promise;
      expect(shared().every((byte) => byte === 0)).toBeTrue();
      for (let number = 0; number < 100; number++)
        expect(thread.sign(bitcoinKey, "sign", digest(1))).toBeUndefined();
      expect(thread.isRunning).toBeFalse();
    },
  );
});

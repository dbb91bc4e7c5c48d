import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { RawTx, Script } from "@scure/btc-signer/script.js";
import { bitcoin } from "../../../../chains/btc.ts";
import type { PendingTransaction, SignedTransaction, Signer } from "../../../../chains/chain.ts";
import { ChainError, type ChainErrorCode } from "../../../../chains/error.ts";
import { signInput } from "../../../../chains/families/utxo/input-signing.ts";
import { SignatureDigests } from "../../../../chains/families/utxo/signature-digest.ts";
import { spendableScript } from "../../../../chains/families/utxo/spendable-script.ts";
import type { SigningKey } from "../../../../chains/signing-key.ts";
import { type Payload, payload, pending, privateKeySigner, scriptTo, testKey } from "./payment.ts";
import { offlineEnvironment } from "./signing-vectors.ts";

const ours = testKey(1);
const theirs = testKey(2);

describe("BIP-143 examples, signed from the private keys", () => {
  // https://github.com/bitcoin/bips/blob/master/bip-0143.mediawiki#native-p2wpkh
  test("P2PK and native P2WPKH", async () => {
    const signed = await sign(
      pending({
        version: 1,
        nLockTime: 17,
        inputs: [
          {
            prevTxId: "9f96ade4b41d5433f4eda31e1738ec2b36f6e7d1420d94a6af99801a88f7f7ff",
            outputIndex: 0,
            sequenceNumber: 0xffffffee,
            script: "",
            output: {
              satoshis: 625_000_000,
              script: "2103c9f4836b9a4f77fc0d81f7bcb01b7f1b35916864b9476c241ce9fc198bd25432ac",
            },
          },
          {
            prevTxId: "8ac60eb9575db5b2d987e29f301b5b819ea83a5c6579d282d189cc04b8e151ef",
            outputIndex: 1,
            sequenceNumber: 0xffffffff,
            script: "",
            output: { satoshis: 600_000_000, script: "00141d0f172a0ecb48aee1be1f2687d2963ae33f71a1" },
          },
        ],
        outputs: [
          { satoshis: 112_340_000, script: "76a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac" },
          { satoshis: 223_450_000, script: "76a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac" },
        ],
      }),
      [
        keyOf("bbc27228ddcb9209d7fd6f36b02f7dfa6252af40bb2f1cbc7a557da8027ff866"),
        keyOf("619c335025c7f4012e556c2a58b2506e30b8511b53ade95ea316fd8c3286feb9"),
      ],
      { TATUM_KMS_MAX_FEE_BTC: "1000000000", TATUM_KMS_MAX_FEE_RATE_BTC: "10000000" },
    );
    expect(signed.payload).toBe(
      "01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000494830450221008b9d1dc26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f9281a99f2b1c0a19c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee635711000000",
    );
  });

  // https://github.com/bitcoin/bips/blob/master/bip-0143.mediawiki#p2sh-p2wpkh
  test("P2SH-P2WPKH", async () => {
    const signed = await sign(
      pending({
        version: 1,
        nLockTime: 1170,
        inputs: [
          {
            prevTxId: "77541aeb3c4dac9260b68f74f44c973081a9d4cb2ebe8038b2d70faa201b6bdb",
            outputIndex: 1,
            sequenceNumber: 0xfffffffe,
            script: "",
            output: { satoshis: 1_000_000_000, script: "a9144733f37cf4db86fbc2efed2500b4f4e49f31202387" },
          },
        ],
        outputs: [
          { satoshis: 199_996_600, script: "76a914a457b684d7f0d539a46a45bbc043f35b59d0d96388ac" },
          { satoshis: 800_000_000, script: "76a914fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac" },
        ],
      }),
      [keyOf("eb696a065ef48a2192da5b28b694f87544b30fae8327c4510137a922f32c6dcf")],
    );
    expect(signed.payload).toBe(
      "01000000000101db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a5477010000001716001479091972186c449eb1ded22b78e40d009bdf0089feffffff02b8b4eb0b000000001976a914a457b684d7f0d539a46a45bbc043f35b59d0d96388ac0008af2f000000001976a914fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac02473044022047ac8e878352d3ebbde1c94ce3a10d057c24175747116f8288e5d794d12d482f0220217f36a485cae903c713331d877c1f64677e3622ad4010726870540656fe9dcb012103ad1d8e89212f0b92c74d23bb710c00662ad1470198ac48c43f7d6f93a2a2687392040000",
    );
  });
});

describe("a transaction that others have signed in part", () => {
  test.each([
    ["P2PKH", scriptTo.p2pkh(theirs)],
    ["P2PK", scriptTo.p2pk(theirs)],
    ["P2PKH of an uncompressed key", scriptTo.p2pkh(testKey(2, false))],
  ])("keeps their valid signature of a %s input", async (_, theirScript) => {
    const content = payload(scriptTo.p2wpkh(ours), theirScript);
    const theirKey = theirScript === scriptTo.p2pkh(testKey(2, false)) ? testKey(2, false) : theirs;
    const complete = await sign(pending(content), [ours, theirKey]);
    content.inputs[1]!.script = scriptSigOf(complete, 1);
    expect(await sign(pending(content), [ours])).toEqual(complete);
  });

  const tampered: [string, (content: Payload) => void][] = [
    [
      "a bit of it is changed",
      (content) => replaceScriptSig(content, (bytes) => bytes.with(20, bytes[20]! ^ 1)),
    ],
    [
      "an output was changed after it",
      (content) => {
        content.outputs[0]!.satoshis -= 1;
      },
    ],
    [
      "the lock time was changed after it",
      (content) => {
        content.nLockTime = 1;
      },
    ],
    ["it has another hash type", (content) => replaceScriptSig(content, withHashType(0x81))],
    [
      "something else follows",
      (content) => replaceScriptSig(content, (bytes) => Uint8Array.of(...bytes, 0x51)),
    ],
    [
      "it is missing",
      (content) => {
        content.inputs[1]!.script = "";
      },
    ],
    [
      "its signature is no DER",
      (content) => replaceScriptSig(content, () => Script.encode([Uint8Array.of(9, 1), theirs.publicKey])),
    ],
    [
      "it is pushed in an unusual way",
      (content) => replaceScriptSig(content, (bytes) => Uint8Array.of(0x4c, ...bytes)),
    ],
    ["it ends inside of a push", (content) => replaceScriptSig(content, (bytes) => bytes.slice(0, -1))],
  ];
  test.each(tampered)("is refused when %s", async (_, tamper) => {
    const content = payload(scriptTo.p2wpkh(ours), scriptTo.p2pkh(theirs));
    content.inputs[1]!.script = scriptSigOf(await sign(pending(content), [ours, theirs]), 1);
    tamper(content);
    const error = await refusal(pending(content), [ours], "MISSING_KEY");
    expect(error.message).toStartWith(`Input 1 (${"2".padStart(64, "0")}:1) is not signed: `);
    expect(error.message).toEndWith("no key of the wallets wallet-1, wallet-2 belongs to it");
    expect(error.message).not.toContain("Input 0");
  });

  test("is refused when somebody signed with a key of their own", async () => {
    const stranger = testKey(3);
    const content = payload(scriptTo.p2wpkh(ours), scriptTo.p2pkh(theirs));
    const digests = new SignatureDigests(
      RawTx.decode(hex.decode((await sign(pending(content), [ours, theirs])).payload)),
    );
    const spent = spendableScript(hex.decode(scriptTo.p2pkh(theirs)), ["p2pkh"]);
    const forged = await signInput(digests, 1, spent, 100_000n, stranger);
    content.inputs[1]!.script = hex.encode(forged.scriptSig);
    await refusal(pending(content), [ours], "MISSING_KEY");
  });

  test("is refused when they spend a witness output: their witness is not in the payload", async () => {
    const content = payload(scriptTo.p2wpkh(ours), scriptTo.p2shP2wpkh(theirs));
    content.inputs[1]!.script = scriptSigOf(await sign(pending(content), [ours, theirs]), 1);
    await refusal(pending(content), [ours], "MISSING_KEY");
  });

  test("is refused when they give a redeem script that is not known", async () => {
    const content = payload(scriptTo.p2wpkh(ours), "a9144733f37cf4db86fbc2efed2500b4f4e49f31202387");
    content.inputs[1]!.script = hex.encode(Script.encode([Uint8Array.of(0x51)]));
    await refusal(pending(content), [ours], "MISSING_KEY");
  });
});

describe("keys", () => {
  test.each([
    ["P2WPKH", scriptTo.p2wpkh],
    ["P2SH-P2WPKH", scriptTo.p2shP2wpkh],
  ])("an uncompressed key does not sign %s", async (_, scriptOf) => {
    const uncompressed = testKey(1, false);
    const error = await refusal(pending(payload(scriptOf(uncompressed))), [uncompressed], "INVALID_KEY");
    expect(error.message).toStartWith("Input 0 pays to the uncompressed form of a public key");
  });

  test("the wallets that have no key are named once each, those of signatures too", async () => {
    const transaction = pending(payload(scriptTo.p2wpkh(theirs)), {
      hashes: ["wallet-1", "wallet-1"],
      signatures: [{ id: "wallet-1" }, { id: "wallet-3", index: 4 }],
    });
    const error = await refusal(transaction, [ours], "MISSING_KEY");
    expect(error.message).toEndWith("no key of the wallets wallet-1, wallet-3 belongs to it");
  });

  test.each([
    ["P2PKH", scriptTo.p2pkh],
    ["P2WPKH", scriptTo.p2wpkh],
  ])(
    "a key that answers with another one's signature is found out in the finished bytes: %s",
    async (_, scriptOf) => {
      const lying: SigningKey = { ...ours, publicKey: ours.publicKey, sign: (digest) => theirs.sign(digest) };
      const error = await refusal(pending(payload(scriptOf(ours))), [lying], "INVALID_KEY");
      expect(error.message).toEndWith("returned a signature that its public key does not verify.");
    },
  );

  test("all inputs without a key are named, but no more than ten", async () => {
    const content = payload(...Array.from({ length: 13 }, () => scriptTo.p2wpkh(theirs)));
    const error = await refusal(pending(content), [ours], "MISSING_KEY");
    expect(error.message.match(/Input \d+ /g)).toHaveLength(10);
    expect(error.message).toEndWith("; and 3 more");
  });

  test("a wallet that is named for every input is asked for its key once", async () => {
    let asked = 0;
    const signer: Signer = {
      ...privateKeySigner("wallet-1", ours),
      key: async () => {
        asked += 1;
        return ours;
      },
    };
    await signWith(pending(payload(scriptTo.p2wpkh(ours), scriptTo.p2pkh(ours))), [signer, signer]);
    expect(asked).toBe(1);
  });

  test("an error of a wallet stops the transaction", async () => {
    const broken: Signer = {
      ...privateKeySigner("wallet-1", ours),
      key: async () => {
        throw new ChainError("INVALID_KEY", "The key of wallet-1 cannot be read.");
      },
    };
    const signing = signWith(pending(payload(scriptTo.p2wpkh(theirs))), [
      broken,
      privateKeySigner("wallet-2", theirs),
    ]);
    await expect(signing).rejects.toThrow("The key of wallet-1 cannot be read.");
  });
});

describe("an off-chain withdrawal", () => {
  const content = payload(scriptTo.p2wpkh(testKey(11)), scriptTo.p2wpkh(testKey(15)));

  test("asks the first wallet for the keys at the indexes of its inputs, each once", async () => {
    const asked: (number | undefined)[] = [];
    const mnemonic: Signer = {
      signatureId: "wallet-1",
      kind: "mnemonic",
      key: async (index) => {
        asked.push(index);
        return testKey(11 + (index ?? 100));
      },
    };
    await signWith(withdrawal([4, null, 4]), [mnemonic, privateKeySigner("wallet-2", ours)]);
    expect(asked).toEqual([4, 0]);
  });

  test.each([-1, 2 ** 31, 0.5, "4"])("with derivation key %p is refused", async (index) => {
    const error = await refusal(withdrawal([index]), [ours], "INVALID_TRANSACTION");
    expect(error.message).toContain("withdrawalResponses is not valid: 0.address.derivationKey must");
  });

  test("without a known wallet is refused", async () => {
    await refusal(withdrawal([0]), [], "MISSING_KEY");
  });

  test("with a private-key wallet is refused and names the wallet", async () => {
    const error = await refusal(withdrawal([0]), [ours], "MISSING_KEY");
    expect(error.message).toContain("wallet wallet-1 is a single private key");
  });

  function withdrawal(indexes: (number | string | null)[]): PendingTransaction {
    const inputs = indexes.map((derivationKey) => ({ vIn: "00", vInIndex: 0, address: { derivationKey } }));
    return pending(content, {
      withdrawalId: "94febc85c8586f99a9168813",
      withdrawalResponses: [...inputs, { vIn: "-1", vInIndex: -1, amount: 0.1 }],
    });
  }
});

test("no account lane is needed for UTXO payments: inputs are not numbered", async () => {
  const transaction = pending(payload(scriptTo.p2wpkh(ours)));
  expect(await bitcoin.sendingAccount({ transaction, signers: [] })).toBeUndefined();
});

function sign(
  transaction: PendingTransaction,
  keys: readonly SigningKey[],
  settings: Record<string, string> = {},
): Promise<SignedTransaction> {
  const signers = keys.map((key, index) => privateKeySigner(`wallet-${index + 1}`, key));
  return signWith(transaction, signers, settings);
}

function signWith(
  transaction: PendingTransaction,
  signers: readonly Signer[],
  settings: Record<string, string> = {},
): Promise<SignedTransaction> {
  return bitcoin.sign({ transaction, signers }, offlineEnvironment("testnet", settings));
}

async function refusal(
  transaction: PendingTransaction,
  keys: readonly SigningKey[],
  code: ChainErrorCode,
): Promise<ChainError> {
  const result = await sign(transaction, keys).catch((error: unknown) => error);
  expect(result).toBeInstanceOf(ChainError);
  expect((result as ChainError).code).toBe(code);
  return result as ChainError;
}

function keyOf(privateKey: string): SigningKey {
  return bitcoin.parsePrivateKey(privateKey, "mainnet").key;
}

function scriptSigOf(signed: SignedTransaction, index: number): string {
  return hex.encode(RawTx.decode(hex.decode(signed.payload)).inputs[index]!.finalScriptSig);
}

function replaceScriptSig(content: Payload, change: (scriptSig: Uint8Array) => Uint8Array): void {
  content.inputs[1]!.script = hex.encode(change(hex.decode(content.inputs[1]!.script)));
}

function withHashType(hashType: number): (scriptSig: Uint8Array) => Uint8Array {
  return (scriptSig) => {
    const [signature, publicKey] = Script.decode(scriptSig) as [Uint8Array, Uint8Array];
    return Script.encode([signature.with(signature.length - 1, hashType), publicKey]);
  };
}

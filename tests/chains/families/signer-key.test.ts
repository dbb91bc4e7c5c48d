import { describe, expect, test } from "bun:test";
import type { SigningRequest } from "../../../chains/chain.ts";
import { ethereum } from "../../../chains/eth.ts";
import { PRIVATE_KEY, pendingOf, RECIPIENT, requestOf, SENDER, signerOf } from "./evm/evm-requests.ts";
import { environmentOf } from "./evm/fake-environment.ts";

const MNEMONIC = "test test test test test test test test test test test junk";
const WALLET = ethereum.restoreWallet(MNEMONIC, "testnet");
const PAYLOAD = { to: RECIPIENT, gas: 21000, gasPrice: 1, nonce: 1, chainId: 11155111 };

const addressAt = (index: number) => ethereum.deriveAddress(WALLET, index, "testnet");
const mnemonicSigner = (index?: number) => signerOf("mnemonic-wallet", WALLET, ethereum, "testnet", index);
const keySigner = signerOf("key-wallet", { privateKey: PRIVATE_KEY }, ethereum, "testnet");
const request = (more: object, signers: SigningRequest["signers"]): SigningRequest => ({
  transaction: pendingOf(PAYLOAD, { hashes: ["a", "b"], signatures: [{ id: "c", index: 1 }], ...more }),
  signers,
});

describe("the sending account", () => {
  test("is that of the transaction's index for a mnemonic wallet", async () => {
    expect(await ethereum.sendingAccount(request({ index: 0 }, [mnemonicSigner()]))).toBe(addressAt(0));
    expect(await ethereum.sendingAccount(request({ index: 5 }, [mnemonicSigner()]))).toBe(addressAt(5));
  });

  test("is that of the entry's own index, where it has one", async () => {
    expect(await ethereum.sendingAccount(request({ index: 5 }, [mnemonicSigner(0)]))).toBe(addressAt(0));
  });

  test("is the key's for a private-key wallet, whatever the index", async () => {
    expect(await ethereum.sendingAccount(request({ index: 5 }, [keySigner]))).toBe(SENDER);
  });

  test("is that of the first wallet", async () => {
    expect(await ethereum.sendingAccount(request({ index: 5 }, [keySigner, mnemonicSigner()]))).toBe(SENDER);
  });
});

describe("without a key", () => {
  const missing = (message: string) => ({ code: "MISSING_KEY", message });

  test("because the mnemonic wallet has no index, the error is the one the API knows", async () => {
    await expect(ethereum.sign(request({}, [mnemonicSigner()]), environmentOf([]))).rejects.toMatchObject(
      missing(
        "Private key was not found. Wallet a,b,c is mnemonic based, but KMS transaction 5e68c66581f2ee32bc354087 " +
          "requires private key based, since tx was requested without index param. Please use another private key " +
          "based wallet id or specify 'index' parameter for this mnemonic based wallet during request call (see " +
          "docs: https://apidoc.tatum.io/)",
      ),
    );
  });

  test("because no wallet is known, the error names the signature IDs", async () => {
    const error = missing(expect.stringContaining("signature ID a,b,c") as unknown as string);
    await expect(ethereum.sign(request({}, []), environmentOf([]))).rejects.toMatchObject(error);
    await expect(ethereum.sendingAccount(request({}, []))).rejects.toMatchObject(error);
  });
});

describe("a sender in the payload", () => {
  const sign = (from: string) => ethereum.sign(requestOf(ethereum, { ...PAYLOAD, from }), environmentOf([]));

  test("may be the signer", async () => {
    expect(await sign(SENDER)).toMatchObject({ sequence: { account: SENDER } });
  });

  test("is refused when it is somebody else", async () => {
    await expect(sign(RECIPIENT)).rejects.toMatchObject({
      code: "INVALID_TRANSACTION",
      message: expect.stringContaining(
        `from ${RECIPIENT}, but the wallet it names has the address ${SENDER}`,
      ),
    });
  });
});

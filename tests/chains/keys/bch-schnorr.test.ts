import { describe, expect, test } from "bun:test";
import { hex } from "@scure/base";
import { signSchnorr, verifySchnorr } from "../../../chains/keys/bch-schnorr.ts";
import { memorySecp256k1Key } from "../../../chains/keys/secp256k1.ts";

const bytes = (text: string) => hex.decode(text.toLowerCase());

describe("deterministic Schnorr signatures", () => {
  // https://github.com/Bitcoin-ABC/bitcoin-abc/blob/master/src/test/key_tests.cpp (the first one, and the second key of
  // the same message); the third one, whose nonce point begins with a zero byte, is from bitcore-lib-cash
  // (test/crypto/schnorr.js).
  test.each([
    [
      "12b004fff7f4b69ef8650e767f18f11ede158148b425660723b9f9a66e61f747",
      "5255683da567900bfd3e786ed8836a4e7763c221bf1ac20ece2a5171b9199e8a",
      "2c56731ac2f7a7e7f11518fc7722a166b02438924ca9d8b4d111347b81d07175" +
        "71846de67ad3d913a8fdf9d8f3f73161a4c48ae81cb183b214765feb86e255ce",
    ],
    [
      "b524c28b61c9b2c49b2c7dd4c2d75887abb78768c054bd7c01af4029f6c0d117",
      "5255683da567900bfd3e786ed8836a4e7763c221bf1ac20ece2a5171b9199e8a",
      "e7167ae0afbba6019b4c7fcfe6de79165d555e8295bd72da1b8aa1a5b5430588" +
        "0517cace1bcb0cb515e2eeaffd49f1e4dd49fd72826b4b1573c84da49a38405d",
    ],
    [
      "12b004fff7f4b69ef8650e767f18f11ede158148b425660723b9f9a66e61f747",
      new Bun.CryptoHasher("sha256").update("Very deterministic messageg6").digest("hex"),
      "005e7ab0906a0164306975916350214a69fb80210cf7e37533f197c3d18b23d1" +
        "b794262dc663d9e99605784b14ee1ecfca27b602e88dbc87af85f9907c214ea3",
    ],
  ])("of key %s", async (privateKey, digest, signature) => {
    expect(hex.encode(signSchnorr(bytes(privateKey), bytes(digest)))).toBe(signature);
    for (const compressed of [true, false]) {
      const key = memorySecp256k1Key(bytes(privateKey), { compressed });
      expect(hex.encode(await key.signBitcoinCashSchnorr!(bytes(digest)))).toBe(signature);
      expect(verifySchnorr(bytes(signature), bytes(digest), key.publicKey)).toBe(true);
    }
  });

  test("of anything but 32 bytes are refused", async () => {
    const signing = memorySecp256k1Key(new Uint8Array(32).fill(1)).signBitcoinCashSchnorr!(
      new Uint8Array(31),
    );
    await expect(signing).rejects.toThrow(RangeError);
  });
});

/**
 * The vectors of the proposal that Bitcoin Cash adopted:
 * https://github.com/sipa/bips/blob/bip-schnorr/bip-schnorr/test-vectors.csv (of 2018), as in bitcore-lib-cash
 * (test/crypto/schnorr.js); the uncompressed key is from its test/data/bitcoind/script_tests.json.
 */
describe("verification of Schnorr signatures", () => {
  const key = "02DFF1D77F2A671C5F36183726DB2341BE58FEAE1DA2DECED843240F7B502BA659";
  const message = "243F6A8885A308D313198A2E03707344A4093822299F31D0082EFA98EC4E6C89";

  test.each([
    [
      "0279BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798",
      "00".repeat(32),
      "787A848E71043D280C50470E8E1532B2DD5D20EE912A45DBDD2BD1DFBF187EF67031A98831859DC34DFFEEDDA86831842CCD0079E1F92AF177F7F22CC1DCED05",
    ],
    [
      key,
      message,
      "2A298DACAE57395A15D0795DDBFD1DCB564DA82B0F269BC70A74F8220429BA1D1E51A22CCEC35599B8F266912281F8365FFC2D035A230434A1A64DC59F7013FD",
    ],
    [
      "03DEFDEA4CDB677750A420FEE807EACF21EB9898AE79B9768766E4FAA04A2D4A34",
      "4DF3C3F68FCC83B27E9D42C90431A72499F17875C81A599B566C9889B9696703",
      "00000000000000000000003B78CE563F89A0ED9414F5AA28AD0D96D6795F9C6302A8DC32E64E86A333F20EF56EAC9BA30B7246D6D25E22ADB8C6BE1AEB08D49D",
    ],
    [
      "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8",
      "cd3808fc5cbf9f2190d9b867b4498f234212984b8c879f296cf8e792b622a2f4",
      "0df4be7f5fe74b2855b92082720e889038e15d8d747334fa3f300ef4ab1db1eea56aa83d1d60809ff6703791736be87cfb6cbc5c4036aeed3b4ea4e6dab35090",
    ],
  ])("accepts key %s", (publicKey, digest, signature) => {
    expect(verifySchnorr(bytes(signature), bytes(digest), bytes(publicKey))).toBe(true);
  });

  test.each([
    [
      "another message",
      "03DEFDEA4CDB677750A420FEE807EACF21EB9898AE79B9768766E4FAA04A2D4A34",
      "00000000000000000000003B78CE563F89A0ED9414F5AA28AD0D96D6795F9C6302A8DC32E64E86A333F20EF56EAC9BA30B7246D6D25E22ADB8C6BE1AEB08D49D",
    ],
    [
      "a public key that is not on the curve",
      "02EEFDEA4CDB677750A420FEE807EACF21EB9898AE79B9768766E4FAA04A2D4A34",
      "667C2F778E0616E611BD0C14B8A600C5884551701A949EF0EBFD72D452D64E844160BCFC3F466ECB8FACD19ADE57D8699D74E7207D78C6AEDC3799B52A8E0598",
    ],
    [
      "a nonce point whose y is not a square",
      key,
      "2A298DACAE57395A15D0795DDBFD1DCB564DA82B0F269BC70A74F8220429BA1DFA16AEE06609280A19B67A24E1977E4697712B5FD2943914ECD5F730901B4AB7",
    ],
    [
      "a negated message",
      key,
      "10AC49A6A2EBF604189C5F40FC75AF2D42D77DE9A2782709B1EB4EAF1CFE9108D7003B703A3499D5E29529D39BA040A44955127140F81A8A89A96F992AC0FE79",
    ],
    [
      "a nonce point at infinity",
      key,
      "000000000000000000000000000000000000000000000000000000000000000099D2F0EBC2996808208633CD9926BF7EC3DAB73DAAD36E85B3040A698E6D1CE0",
    ],
    [
      "an r that is no x coordinate",
      key,
      "4A298DACAE57395A15D0795DDBFD1DCB564DA82B0F269BC70A74F8220429BA1D4160BCFC3F466ECB8FACD19ADE57D8699D74E7207D78C6AEDC3799B52A8E0598",
    ],
    [
      "an r of the field size",
      key,
      "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F4160BCFC3F466ECB8FACD19ADE57D8699D74E7207D78C6AEDC3799B52A8E0598",
    ],
    [
      "an s of the curve order",
      key,
      "667C2F778E0616E611BD0C14B8A600C5884551701A949EF0EBFD72D452D64E84FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141",
    ],
    [
      "a public key above the field size",
      "02FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC30",
      "667C2F778E0616E611BD0C14B8A600C5884551701A949EF0EBFD72D452D64E844160BCFC3F466ECB8FACD19ADE57D8699D74E7207D78C6AEDC3799B52A8E0598",
    ],
    ["no signature", key, ""],
    ["a signature with its hash type", key, `${"11".repeat(64)}41`],
  ])("refuses %s", (_, publicKey, signature) => {
    expect(verifySchnorr(bytes(signature), bytes(message), bytes(publicKey))).toBe(false);
  });
});

/**
 * Puts a secp256k1 key pair into a token of SoftHSM without its PIN: `pkcs11-tool` makes private keys with CKA_PRIVATE only.
 * Run as a program of its own, with the token's label, the key's label, its CKA_ID and the private key in hexadecimal.
 */
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { Module, ObjectClass, SessionFlag } from "graphene-pk11";
import { softHsmModule } from "./soft-token.ts";

const CKK_EC = 3;
const [token = "", label = "", id = "", secretKey = ""] = process.argv.slice(2);
const module = Module.load(softHsmModule);
module.initialize();
const slots = module.getSlots(true);
const slot = Array.from({ length: slots.length }, (_, index) => slots.items(index)).find(
  (candidate) => candidate.getToken().label === token,
);
if (slot === undefined) throw new Error(`There is no token ${token}.`);
const session = slot.open(SessionFlag.SERIAL_SESSION | SessionFlag.RW_SESSION);
const both = {
  keyType: CKK_EC,
  label,
  id: Buffer.from(id, "hex"),
  token: true,
  private: false,
  paramsECDSA: Buffer.from("06052b8104000a", "hex"),
};
session.create({
  ...both,
  class: ObjectClass.PRIVATE_KEY,
  value: Buffer.from(secretKey, "hex"),
  sensitive: true,
  extractable: false,
  sign: true,
});
const point = secp256k1.getPublicKey(Buffer.from(secretKey, "hex"), false);
session.create({
  ...both,
  class: ObjectClass.PUBLIC_KEY,
  pointEC: Buffer.concat([Buffer.of(4, point.length), point]),
  verify: true,
});
session.close();

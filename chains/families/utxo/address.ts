/**
 * Addresses of output scripts and of public keys: Base58Check, CashAddr, Bech32 (BIP-173) and Bech32m (BIP-350).
 * https://en.bitcoin.it/wiki/Base58Check_encoding, https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki
 * https://github.com/bitcoin/bips/blob/master/bip-0350.mediawiki
 * https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/cashaddr.md
 */
import { Address, OutScript } from "@scure/btc-signer/payment.js";
import { hash160 } from "@scure/btc-signer/utils.js";
import { CashAddressType, encodeCashAddress } from "./cash-address.ts";
import type { NetworkParameters, UtxoParameters } from "./facts.ts";
import { scriptTemplate } from "./spendable-script.ts";

/**
 * The address of an output script: Base58Check or CashAddr for P2PKH and P2SH, Bech32 and Bech32m for witness programs.
 * `undefined` for scripts without an address.
 */
export function addressOfScript(script: Uint8Array, network: NetworkParameters): string | undefined {
  if (network.cashAddressPrefix !== undefined) return cashAddressOfScript(script, network.cashAddressPrefix);
  const template = scriptTemplate(script);
  switch (template?.type) {
    case "pkh":
    case "sh":
      return addressCoder(network).encode(template);
    case "wpkh":
    case "wsh":
    case "tr":
    case "p2a":
      return network.bech32 === undefined ? undefined : addressCoder(network).encode(template);
    default:
      return undefined;
  }
}

/** The address of a public key (SEC 1) in the form the coin's wallets use; P2PKH for an uncompressed key. */
export function addressOfPublicKey(
  publicKey: Uint8Array,
  parameters: UtxoParameters,
  network: NetworkParameters,
): string {
  const hash = hash160(publicKey);
  if (network.cashAddressPrefix !== undefined) {
    return encodeCashAddress({ prefix: network.cashAddressPrefix, type: CashAddressType.publicKey, hash });
  }
  const compressed = publicKey.length === 33;
  const type = parameters.walletScript === "p2wpkh" && compressed ? "wpkh" : "pkh";
  return addressCoder(network).encode(OutScript.decode(OutScript.encode({ type, hash })));
}

function cashAddressOfScript(script: Uint8Array, prefix: string): string | undefined {
  const longHash = hashOfLongScriptHash(script);
  if (longHash !== undefined) {
    return encodeCashAddress({ prefix, type: CashAddressType.script, hash: longHash });
  }
  const template = scriptTemplate(script);
  switch (template?.type) {
    case "pkh":
      return encodeCashAddress({ prefix, type: CashAddressType.publicKey, hash: template.hash });
    case "sh":
      return encodeCashAddress({ prefix, type: CashAddressType.script, hash: template.hash });
    default:
      return undefined;
  }
}

/** The hash of a P2SH32 script: OP_HASH256, a push of 32 bytes, OP_EQUAL. Bitcoin Cash has it since 2023. */
function hashOfLongScriptHash(script: Uint8Array): Uint8Array | undefined {
  const isLongScriptHash =
    script.length === 35 && script[0] === 0xaa && script[1] === 0x20 && script[34] === 0x87;
  return isLongScriptHash ? script.slice(2, 34) : undefined;
}

function addressCoder(network: NetworkParameters): ReturnType<typeof Address> {
  return Address({ ...network, bech32: network.bech32 ?? "" });
}

import { bytesToHex } from "@noble/curves/utils.js";
import type { Asset, ChangeTrustAsset } from "@stellar/stellar-sdk/xdr";
import { accountAddress } from "./account.ts";

/** An asset that is not a share of a liquidity pool. */
type NamedAsset = Asset | Exclude<ChangeTrustAsset, { readonly type: "assetTypePoolShare" }>;

const CODE = /^[0-9A-Za-z]{1,12}$/;

/** `XLM`, or the code of an asset and its issuer: `CODE:G...`. A code that is not one is shown as hex of its bytes. */
export function assetName(asset: NamedAsset): string {
  if (asset.type === "assetTypeNative") return "XLM";
  const { assetCode, issuer } = asset.value;
  const bytes = assetCode.value;
  const code = Buffer.from(bytes).toString("latin1").replace(/\0+$/, "");
  return `${CODE.test(code) ? code : `0x${bytesToHex(bytes)}`}:${accountAddress(issuer)}`;
}

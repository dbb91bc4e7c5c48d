import { describe, expect, test } from "bun:test";
import { bytesToHex } from "@noble/curves/utils.js";
import { ledgerPublicKey } from "../../../../chains/families/xrp/address.ts";
import { xrpLedger } from "../../../../chains/xrp.ts";

/** https://github.com/XRPLF/xrpl.js: the fixtures of ripple-keypairs (test/fixtures/api.json) and of Wallet. */
const SECRETS: readonly (readonly [name: string, secret: string, publicKey: string, address: string])[] = [
  [
    "a secp256k1 seed",
    "sp5fghtJtpUorTwvof1NpDXAzNwf5",
    "030d58eb48b4420b1f7b9df55087e0e29fef0e8468f9a6825b01ca2c361042d435",
    "rU6K7V3Po4snVhBBaU29sesqs2qTQJWDw1",
  ],
  [
    "an ed25519 seed",
    "sEdSKaCy2JT7JaM7v95H9SxkhP9wS2r",
    "ed01fa53fa5a7e77798f882ece20b1abc00bb358a9e55a202d0d0676bd0ce37a63",
    "rLUEXYuLiQptky37CqLcm9USQpPiz5rkpD",
  ],
  [
    "the seed of the genesis account",
    "snoPBrXtMeMyMHUVTgbuqAfg1SUTb",
    "0330e7fc9d56bb25d6893ba3f317ae5bcf33b3291bd63db32654a313222f7fd020",
    "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh",
  ],
  [
    "a secp256k1 key in hex",
    "00B6FE8507D977E46E988A8A94DB3B8B35E404B60F8B11AC5213FA8B5ABC8A8D19",
    "03bfc2f7ae242c3493187fa0b72be97b2df71194fb772e507ff9dea0ad13ca1625",
    "rQKQsPeE3iTRyfUypLhuq74gZdcRdwWqDp",
  ],
  [
    "an ed25519 key in hex",
    "EDD2AF6288A903DED9860FC62E778600A985BDF804E40BD8266505553E3222C3DA",
    "ed8079e575450e256c496578480020a33e19b579d58a2db8ff13fc6b05b9229de3",
    "rHnnXF4oYodLonx7P7MV4WaqPUvBWzskEw",
  ],
];

/** https://github.com/XRPLF/xrpl.js/blob/main/packages/xrpl/test/wallet/index.test.ts, `fromMnemonic`. */
const MNEMONIC = "assault rare scout seed design extend noble drink talk control guitar quote";
const FIRST_KEY = "0013FC461CA5799F1357C8130AF703CBA7E9C28E072C6CA8F7DEF8601CDE98F394";
const FIRST_PUBLIC_KEY = "035953fcd81d001cf634eb44a87940f3f98adf2483d09c914baed0539be50f385d";

describe("XRP wallets", () => {
  test.each(SECRETS)("%s", (_, secret, publicKey, address) => {
    const parsed = xrpLedger.parsePrivateKey(secret, "mainnet");
    expect(bytesToHex(ledgerPublicKey(parsed.key))).toBe(publicKey);
    expect(parsed.warnings).toEqual([]);
    expect(parsed.address).toBe(address);
  });

  test("64 hex digits are taken as a secp256k1 key, with a warning", () => {
    const withPrefix = xrpLedger.parsePrivateKey(FIRST_KEY, "mainnet");
    const parsed = xrpLedger.parsePrivateKey(FIRST_KEY.slice(2), "mainnet");
    expect(parsed.address).toBe(withPrefix.address);
    expect(parsed.warnings).toHaveLength(1);
  });

  test("a mnemonic has the keys of BIP-44, and the wallet shows the first address", () => {
    const wallet = xrpLedger.restoreWallet(MNEMONIC, "mainnet");
    expect(Object.keys(wallet)).toEqual(["xpub", "mnemonic", "address"]);
    expect(xrpLedger.derivePrivateKey(wallet, 0, "mainnet")).toBe(FIRST_KEY);
    const { key, address } = xrpLedger.parsePrivateKey(FIRST_KEY, "mainnet");
    expect(bytesToHex(key.publicKey)).toBe(FIRST_PUBLIC_KEY);
    expect(wallet.address!).toBe(address);
    for (const index of [0, 1, 2 ** 31 - 1]) {
      expect(xrpLedger.deriveAddress({ xpub: wallet.xpub! }, index, "mainnet")).toBe(
        xrpLedger.deriveAddress(wallet, index, "mainnet"),
      );
    }
  });

  test("a new wallet has an address and an ed25519 seed", () => {
    const wallet = xrpLedger.generateWallet("testnet");
    expect(Object.keys(wallet)).toEqual(["address", "secret"]);
    expect(wallet.secret!).toStartWith("sEd");
    expect(xrpLedger.deriveAddress(wallet, 3, "testnet")).toBe(wallet.address!);
    expect(xrpLedger.generateWallet("testnet")).not.toEqual(wallet);
  });

  test.each([
    ["a seed with a wrong letter", "sEdSKaCy2JT7JaM7v95H9SxkhP9wS2q", "checksum_invalid"],
    ["an address", "rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "Not a secret"],
    ["a key of another prefix", `01${FIRST_KEY.slice(2)}`, "Not a secret"],
    ["the number 0", `00${"0".repeat(64)}`, "secp256k1"],
    ["nothing", "", "Not a secret"],
  ])("%s is refused, and the message does not show it", (_, text, problem) => {
    const parse = (): unknown => xrpLedger.parsePrivateKey(text, "mainnet");
    expect(parse).toThrow(problem);
    if (text !== "") expect(parse).not.toThrow(text);
  });
});

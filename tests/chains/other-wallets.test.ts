/** Where other wallets have the first address of a mnemonic, and where this program has it. */
import { describe, expect, test } from "bun:test";
import { HDKey } from "@scure/bip32";
import type { Chain, Network } from "../../chains/chain.ts";
import { loadChain, tickers } from "../../chains/index.ts";
import { mnemonicToSeed } from "../../chains/keys/bip39.ts";
import { memoryEd25519Key } from "../../chains/keys/ed25519.ts";
import { slip10Ed25519 } from "../../chains/keys/slip10.ts";
import { testedChainOf } from "./tested-chains.ts";

const MNEMONIC = "legal winner thank year wave sausage worth useful legal winner thank yellow";

/** The address that the chain gives to the key at a path: a second way to it, by the standards alone. */
function addressAt(path: string, chain: Chain, network: Network): string {
  const seed = mnemonicToSeed(MNEMONIC);
  const publicKey =
    chain.facts.curve === "secp256k1"
      ? HDKey.fromMasterSeed(seed).derive(path).publicKey!
      : memoryEd25519Key(slip10Ed25519(seed, path)).publicKey;
  return chain.addressOfPublicKey(publicKey, network);
}

describe.each(tickers)("%s", (ticker) => {
  test("names the wallets that show another address, and where they say so", async () => {
    const { otherWallets } = (await loadChain(ticker))!.facts;
    const [mainnet, testnet] = testedChainOf(ticker).otherWallets ?? [];
    expect([otherWallets?.mainnet?.path, otherWallets?.testnet?.path]).toEqual([mainnet, testnet]);
    for (const others of Object.values(otherWallets ?? {})) expect(others.source).toStartWith("https://");
  });
});

// Keys of ADA are on a curve of its own, and the wallets there have addresses with a stake part.
const derived = tickers.filter(
  (ticker) => ticker !== "ADA" && testedChainOf(ticker).otherWallets !== undefined,
);

test.each(derived)(
  "%s: the path that is told is the wallet's, and the others' leads elsewhere",
  async (ticker) => {
    const chain = (await loadChain(ticker))!;
    const { firstAddressPath, derivationPath, otherWallets } = chain.facts;
    for (const network of ["mainnet", "testnet"] as const) {
      const address = chain.deriveAddress(chain.restoreWallet(MNEMONIC, network), 0, network);
      const path = firstAddressPath?.[network] ?? `${derivationPath?.[network]}/0`;
      expect(addressAt(path, chain, network)).toBe(address);
      const others = otherWallets?.[network]?.path;
      if (others !== undefined) expect(addressAt(others, chain, network)).not.toBe(address);
    }
  },
);

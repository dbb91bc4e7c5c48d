import { expect, test } from "bun:test";
import { HDNodeWallet, Mnemonic } from "ethers";
import fc from "fast-check";
import { evmChains } from "../chains/families/evm/evm-chains.ts";
import { caseCount } from "./case-count.ts";

const TIMEOUT = 600_000;

const entropy = fc
  .constantFrom(16, 20, 24, 28, 32)
  .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
const index = fc.oneof(fc.constantFrom(0, 1, 2 ** 31 - 1), fc.integer({ min: 0, max: 2 ** 31 - 1 }));

test.each(evmChains.map((chain) => [chain.facts.ticker, chain] as const))(
  "%s wallets, addresses and keys are those of ethers",
  (_, chain) => {
    fc.assert(
      fc.property(entropy, index, fc.constantFrom("mainnet", "testnet"), (bytes, at, network) => {
        const { phrase } = Mnemonic.fromEntropy(bytes);
        const account = HDNodeWallet.fromPhrase(phrase, "", chain.facts.derivationPath[network]);
        const child = account.deriveChild(at);
        const address = chain.facts.addressPrefix + child.address.slice(2).toLowerCase();

        const wallet = chain.restoreWallet(phrase, network);
        expect(wallet).toEqual({ mnemonic: phrase, xpub: account.neuter().extendedKey });
        expect(chain.deriveAddress(wallet, at, network)).toBe(address);
        expect(chain.derivePrivateKey(wallet, at, network)).toBe(child.privateKey);
        expect(chain.parsePrivateKey(child.privateKey, network).address).toBe(address);
      }),
      { numRuns: caseCount },
    );
  },
  TIMEOUT,
);

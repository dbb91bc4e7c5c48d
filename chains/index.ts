/** The registry of the 22 supported chains, by ticker. */
import type { Chain } from "./chain.ts";
import {
  drops,
  egldUnits,
  type FeeUnit,
  lamports,
  lovelace,
  satoshi,
  stroops,
  wei,
} from "./families/fee-bound.ts";

interface Entry {
  /**
   * Names that stand for this chain alone, in capitals and without blanks: those of the network, and newer tickers (POL and
   * KAIA since 2024, whose wallets stay those of MATIC and KLAY).
   */
  readonly names?: readonly string[];
  /** What its fees are counted in, where the operator can bound them. */
  readonly feeUnit?: FeeUnit;
  /** A chain is loaded, and with it its libraries, only when it is used. */
  readonly load: () => Promise<Chain>;
}

/** In the order in which the daemon names them. */
const entries: ReadonlyMap<string, Entry> = new Map<string, Entry>(
  Object.entries({
    BCH: {
      names: ["BITCOINCASH"],
      feeUnit: satoshi,
      load: async () => (await import("./bch.ts")).bitcoinCash,
    },
    VET: { names: ["VECHAIN"], load: async () => (await import("./vet.ts")).vechain },
    XRP: {
      names: ["RIPPLE", "XRPL", "XRPLEDGER"],
      feeUnit: drops,
      load: async () => (await import("./xrp.ts")).xrpLedger,
    },
    XLM: { names: ["STELLAR"], feeUnit: stroops, load: async () => (await import("./xlm.ts")).stellar },
    ETH: {
      names: ["ETHEREUM", "ETHER"],
      feeUnit: wei,
      load: async () => (await import("./eth.ts")).ethereum,
    },
    BTC: {
      names: ["BITCOIN", "XBT"],
      feeUnit: satoshi,
      load: async () => (await import("./btc.ts")).bitcoin,
    },
    MATIC: {
      names: ["POL", "POLYGON"],
      feeUnit: wei,
      load: async () => (await import("./matic.ts")).polygon,
    },
    KLAY: { names: ["KAIA", "KLAYTN"], feeUnit: wei, load: async () => (await import("./klay.ts")).kaia },
    LTC: { names: ["LITECOIN"], feeUnit: satoshi, load: async () => (await import("./ltc.ts")).litecoin },
    DOGE: { names: ["DOGECOIN"], feeUnit: satoshi, load: async () => (await import("./doge.ts")).dogecoin },
    CELO: { feeUnit: wei, load: async () => (await import("./celo.ts")).celo },
    BSC: {
      names: ["BNBSMARTCHAIN", "BINANCESMARTCHAIN"],
      feeUnit: wei,
      load: async () => (await import("./bsc.ts")).bnbSmartChain,
    },
    SOL: { names: ["SOLANA"], feeUnit: lamports, load: async () => (await import("./sol.ts")).solana },
    TRON: { names: ["TRX"], load: async () => (await import("./tron.ts")).tron },
    BNB: { names: ["BNBBEACONCHAIN"], load: async () => (await import("./bnb.ts")).bnbBeaconChain },
    FLOW: { load: async () => (await import("./flow.ts")).flow },
    XDC: {
      names: ["XINFIN", "XDCNETWORK"],
      feeUnit: wei,
      load: async () => (await import("./xdc.ts")).xdcNetwork,
    },
    EGLD: {
      names: ["MULTIVERSX", "ELROND"],
      feeUnit: egldUnits,
      load: async () => (await import("./egld.ts")).multiversx,
    },
    ONE: { names: ["HARMONY"], feeUnit: wei, load: async () => (await import("./one.ts")).harmony },
    ADA: { names: ["CARDANO"], feeUnit: lovelace, load: async () => (await import("./ada.ts")).cardano },
    ALGO: { names: ["ALGORAND"], load: async () => (await import("./algo.ts")).algorand },
    KCS: {
      names: ["KCC", "KUCOINCOMMUNITYCHAIN"],
      feeUnit: wei,
      load: async () => (await import("./kcs.ts")).kuCoinCommunityChain,
    },
  }),
);

/** The tickers of all supported chains. */
export const tickers: readonly string[] = [...entries.keys()];

/** The chain of a ticker, or `undefined` when this program does not know it. */
export async function loadChain(ticker: string): Promise<Chain | undefined> {
  return entries.get(ticker)?.load();
}

/** What the settings of a chain's fee bounds are counted in; `undefined` for chains whose fees have no bound. */
export function feeUnitOf(ticker: string): FeeUnit | undefined {
  return entries.get(ticker)?.feeUnit;
}

/** Other names of a chain, in capitals and without blanks; each stands for this chain alone. */
export function namesOf(ticker: string): readonly string[] {
  return entries.get(ticker)?.names ?? [];
}

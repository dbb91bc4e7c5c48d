/** `report`: facts about the installation and about wallets, without secrets. */

import { maskApiKey } from "../../settings/settings.ts";
import { settings } from "../../settings/table.ts";
import type { Vault } from "../../vault/vault.ts";
import { kindOf, type WalletKind, type WalletRecord } from "../../vault/wallet-record.ts";
import { version } from "../../version.ts";
import { defineCommand } from "../command.ts";
import { createContext } from "../context.ts";
import { withVault } from "../open-vault.ts";
import { pickOptions, vaultOptions } from "../options.ts";
import { printJson } from "../output.ts";

type WalletType = "MNEMONIC" | "PRIVATE_KEY" | "SECRET" | "TOKEN_KEY" | "OTHER";

interface WalletReport {
  readonly type: WalletType;
  readonly chain: unknown;
  readonly testnet: unknown;
  readonly warnings?: readonly string[];
}

/** What the `report` command prints; the members and their order are those of the original. */
interface Report {
  readonly system: {
    readonly kmsVersion: string;
    readonly nodeVersion: string;
    readonly store: { readonly type: string; readonly exists: boolean };
  };
  readonly wallets: Readonly<Record<string, WalletReport>>;
  readonly apiKey: string;
  readonly warnings?: readonly string[];
}

const typeOfKind = {
  mnemonic: "MNEMONIC",
  "private-key": "PRIVATE_KEY",
  secret: "SECRET",
  "token-key": "TOKEN_KEY",
  other: "OTHER",
} as const satisfies Record<WalletKind, WalletType>;

/** The text fields a wallet of each type has to have. An xpub is checked only where the entry has one. */
function expectedTexts(type: WalletType, record: WalletRecord): string[] {
  if (type === "MNEMONIC") return ["chain", "mnemonic", ...("xpub" in record ? ["xpub"] : [])];
  if (type === "PRIVATE_KEY") return ["chain", "privateKey"];
  return type === "SECRET" ? ["chain", "secret"] : ["chain"];
}

function reportWallet(record: WalletRecord): WalletReport {
  const type = typeOfKind[kindOf(record)];
  const warnings = expectedTexts(type, record)
    .filter((field) => typeof record[field] !== "string")
    .map((field) => `Field '${field}' is not string. Its type is: ${typeof record[field]}`);
  if (typeof record["testnet"] !== "boolean") {
    warnings.push(`Field 'testnet' is not boolean. Its type is: ${typeof record["testnet"]}`);
  }
  if (type === "OTHER")
    warnings.push(
      "Wallet type is not recognized: it holds no mnemonic, private key, secret or key in a token",
    );
  const base = { type, chain: record["chain"], testnet: record["testnet"] };
  return warnings.length === 0 ? base : { ...base, warnings };
}

interface ReportOptions {
  readonly storeType: string;
  readonly apiKey: string | undefined;
  /** Separated by commas. */
  readonly signatureIds: string | undefined;
}

/** Facts for a support request: nothing secret is in it. Without a vault it says that there is none. */
async function createReport(vault: Vault | undefined, options: ReportOptions): Promise<Report> {
  const wallets: Record<string, WalletReport> = {};
  const warnings: string[] = [];
  const ids = (options.signatureIds ?? "").split(",").map((id) => id.trim());
  for (const id of ids.filter((text) => text !== "")) {
    const record = await vault?.get(id);
    if (record === undefined) warnings.push(`No wallet found for signatureId: ${id}`);
    else wallets[id] = reportWallet(record);
  }
  return {
    system: {
      kmsVersion: version,
      nodeVersion: `bun ${Bun.version}`,
      store: { type: options.storeType, exists: vault !== undefined },
    },
    wallets,
    apiKey: options.apiKey === undefined ? "N/A" : maskApiKey(options.apiKey),
    ...(warnings.length !== 0 && { warnings }),
  };
}

export default defineCommand({
  meta: {
    name: "report",
    description: "Print facts about the installation and about wallets, without secrets",
  },
  examples: ["tatum-kms report $ID"],
  args: {
    signatureIds: { type: "positional", required: false, description: "Signature IDs, separated by commas" },
    ...vaultOptions,
    ...pickOptions("api-key"),
  },
  async run({ args }) {
    const context = await createContext(args);
    const options = {
      storeType: (await context.provider()).storeType,
      apiKey: args["api-key"] ?? context.config.value(settings.apiKey),
      signatureIds: args.signatureIds,
    };
    const print = async (vault?: Vault): Promise<void> => printJson(await createReport(vault, options));
    await ((await context.store.isThere()) ? withVault(context, print) : print());
  },
});

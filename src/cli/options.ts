/** The options of the program. Each command declares in its own file which of them it takes. */
import type { ArgsDef } from "citty";
import { KmsError } from "../errors.ts";

/**
 * A whole number someone typed.
 * @throws KmsError `USAGE`
 */
export function readWholeNumber(what: string, text: string, minimum: number, maximum: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= minimum && value <= maximum) return value;
  throw new KmsError("USAGE", `The ${what} must be a whole number from ${minimum} to ${maximum}.`);
}

/** BIP-32 leaves 2^31 indexes to non-hardened keys. */
export function readDerivationIndex(text: string | undefined): number | undefined {
  return text === undefined ? undefined : readWholeNumber("derivation index", text, 0, 2 ** 31 - 1);
}

/** Every option by its canonical (kebab-case) name. What one does is the same wherever it is taken. */
export const options = {
  path: {
    type: "string",
    valueHint: "file",
    description: "The vault file (default ~/.tatumrc/wallet.dat)",
  },
  store: {
    type: "string",
    valueHint: "postgres://...",
    description: "The PostgreSQL database that holds the vault, instead of a file (or TATUM_KMS_STORE)",
  },
  "allow-group-access": {
    type: "boolean",
    description:
      "Let a group of this process have access to the vault and its folders (fsGroup of Kubernetes)",
  },
  "vault-id": {
    type: "string",
    valueHint: "id:fingerprint",
    description: "Open no other vault than this one, and make none (see vault status)",
  },
  "env-file": {
    type: "string",
    valueHint: "file",
    description: "File with environment variables, which count before those of ~/.tatumrc/.env",
  },
  config: {
    type: "string",
    valueHint: "file",
    description: "Config file in TOML, which counts before env files (default ~/.tatumrc/config.toml)",
  },
  "api-key": {
    type: "string",
    valueHint: "key",
    description: "Tatum API key; better given as TATUM_API_KEY, since other users can see arguments",
  },
  "api-key-name": {
    type: "string",
    valueHint: "name",
    description: "The API key that the wallet belongs to: shop for that of TATUM_API_KEY_SHOP",
  },
  testnet: { type: "boolean", description: "Use the test networks" },
  label: { type: "string", valueHint: "text", description: "What the wallet is called; no other one has it" },
  group: { type: "string", valueHint: "text,text", description: "Groups that the wallet is counted among" },
  kind: {
    type: "string",
    valueHint: "kind",
    description: "Only wallets that are kept as mnemonic, private-key, secret, token-key, other",
  },
  sort: {
    type: "string",
    valueHint: "field",
    description: "Order by created, label, chain, address or id; with - before it turned round",
  },
  index: { type: "string", valueHint: "0,5-9", description: "The indexes whose addresses are shown" },
  qr: {
    type: "string",
    valueHint: "index",
    description: "Draw the address at this index (0 without one) as a QR code, at a terminal",
  },
  to: {
    type: "string",
    valueHint: "file|postgres://...",
    description: "The store that the vault is moved to: a path, or the address of a database",
  },
  cancel: { type: "boolean", description: "Give up a copy that was broken off" },
  remove: { type: "boolean", description: "Take it away instead" },
  removed: {
    type: "boolean",
    description: "Those that were removed and can be restored, and until when",
  },
  now: { type: "boolean", description: "For good at once: it cannot be restored any more" },
  fix: {
    type: "boolean",
    description: "Mend what is safe to mend: access of others to files that are yours",
  },
  json: { type: "boolean", description: "Print JSON at a terminal too" },
  chain: {
    type: "string",
    valueHint: "BTC,ETH",
    description: "Chains to poll, separated by commas (default: all for which the vault holds wallets)",
  },
  period: { type: "string", valueHint: "seconds", description: "Seconds between polls (default 5)" },
  standby: {
    type: "string",
    valueHint: "seconds",
    description: "Work for a chain only when no other daemon did for so long (a node in another place)",
  },
  "external-url": {
    type: "string",
    valueHint: "url",
    description: "Your server that approves each transaction (four-eye check); required on mainnet",
  },
  "external-url-method": {
    type: "string",
    valueHint: "GET|POST",
    description: "How to ask it: GET sends the id, POST the whole transaction (default GET)",
  },
  "allow-plain-http": {
    type: "boolean",
    description: "On mainnet, talk to public addresses over plain http too (TATUM_KMS_ALLOW_PLAIN_HTTP=true)",
  },
  listen: {
    type: "string",
    valueHint: "host:port|unix:path",
    description: "Answer /livez, /readyz, /metrics and the status page here, such as 127.0.0.1:9464",
  },
  "log-level": {
    type: "string",
    valueHint: "error|warn|info|debug",
    description: "The least severe lines of the log (default info)",
  },
  "log-format": {
    type: "string",
    valueHint: "text|json",
    description: "How the log is written; json in fields of the Elastic Common Schema (default text)",
  },
  "run-once": { type: "boolean", description: "Run one cycle and exit" },
  "dry-run": { type: "boolean", description: "Print what would be signed; sign, send and change nothing" },
  wallets: { type: "string", valueHint: "id,id", description: "Only these signature IDs" },
  "transaction-ids": { type: "string", valueHint: "id,id", description: "Only these pending transactions" },
  as: {
    type: "string",
    valueHint: "done|failed|resign|changed",
    description: "What was decided about the job",
  },
  number: { type: "string", valueHint: "number", description: "The number (nonce) that is repaired" },
  "tx-id": {
    type: "string",
    valueHint: "id",
    description: "With --as=done: the transaction that was carried out",
  },
  confirm: {
    type: "string",
    valueHint: "id",
    description: "Transaction id of the signed bytes that are given up: they can surely not land any more",
  },
  account: {
    type: "string",
    valueHint: "address",
    description: "Only jobs that this account sends, as `job show` names it; with --chain",
  },
  all: { type: "boolean", description: "All jobs that the other options leave, instead of one" },
  state: { type: "string", valueHint: "state", description: "With --all: only jobs in this state" },
  "older-than": {
    type: "string",
    valueHint: "30m|12h|7d",
    description: "Only jobs that nothing happened to for so long",
  },
  limit: { type: "string", valueHint: "number", description: "Most jobs to print (default 1000)" },
  after: { type: "string", valueHint: "place", description: "Go on behind what the page before told" },
  bytes: { type: "boolean", description: "Print the signed bytes too: whoever has them can send them" },
  provider: {
    type: "string",
    valueHint: "name",
    description:
      "Where the unlocking secret comes from; `provider list` names the places (or TATUM_KMS_PROVIDER)",
  },
  aws: { type: "boolean", description: "Short for --provider=aws (AWS Secrets Manager)" },
  azure: { type: "boolean", description: "Short for --provider=azure (Azure Key Vault)" },
  vgs: { type: "boolean", description: "Short for --provider=vgs (VGS Vault)" },
  pkcs11: {
    type: "string",
    valueHint: "uri",
    description:
      "A PKCS#11 token or a key in it, as pkcs11:token=...?module-path=... (or TATUM_KMS_PKCS11_URI)",
  },
  yes: {
    type: "boolean",
    description: "Ask nothing before what reveals, destroys or weakens (TATUM_KMS_YES=true)",
  },
  output: {
    type: "string",
    valueHint: "file",
    description: "Write to this new file, for this user alone, instead of standard output",
  },
  "delete-original": {
    type: "boolean",
    description:
      "Delete the original file that was kept, once the vault is proven to hold all of its wallets",
  },
  port: {
    type: "string",
    valueHint: "number",
    description: "Port of the sandbox on 127.0.0.1 (default 3999)",
  },
  node: {
    type: "string",
    valueHint: "ETH=http://127.0.0.1:8545",
    description: "Nodes the sandbox passes broadcasts on to, separated by commas",
  },
  help: { type: "boolean", description: "Show help" },
  version: { type: "boolean", description: "Show the version" },
  live: {
    type: "boolean",
    description: "Ask only whether a daemon lives, not whether it is ready",
  },
  verbose: { type: "boolean", description: "With --version: also show of what the executable was made" },
} as const satisfies ArgsDef;

export type OptionName = keyof typeof options;

/** What an option means that is given without a value; only one that comes after `=` belongs to it. */
export const valuesLeftOut: Readonly<Partial<Record<OptionName, string>>> = { qr: "0" };

/** Options for the `args` of a command. */
export function pickOptions<Name extends OptionName>(...names: readonly Name[]): Pick<typeof options, Name> {
  return Object.fromEntries(names.map((name) => [name, options[name]])) as unknown as Pick<
    typeof options,
    Name
  >;
}

/** What every command takes that opens the vault. */
export const vaultOptions = {
  ...pickOptions("path", "store", "allow-group-access", "vault-id", "env-file", "config"),
  ...pickOptions("provider", "aws", "azure", "vgs", "pkcs11"),
};

/** The options that choose among the wallets and transactions that a command works on. */
export const choosingOptions = ["chain", "testnet", "wallets", "transaction-ids"] as const;

/** The options of the original, which took all of them with every command. */
export const originalOptions = [
  ...choosingOptions,
  "api-key",
  "path",
  "period",
  "env-file",
  "aws",
  "azure",
  "vgs",
  "external-url",
  "external-url-method",
  "run-once",
] as const satisfies readonly OptionName[];

export type OriginalOption = (typeof originalOptions)[number];

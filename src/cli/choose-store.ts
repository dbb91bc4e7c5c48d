/** Where the vault is: in a file, or in a database that several daemons may share; and with what the database is asked. */
import { resolve } from "node:path";
import { readCredentialFile } from "../../providers/support/credential-file.ts";
import type { AccessRules } from "../../providers/support/trusted-folder.ts";
import { KmsError } from "../errors.ts";
import { databasePlace } from "../operations/status-socket.ts";
import { readPath } from "../settings/home.ts";
import { type AskSecret, readSecret } from "../settings/secret-sources.ts";
import { type Config, defaultVaultPath } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";
import {
  formatPostgresAddress,
  namesPostgres,
  type PostgresAccess,
  type PostgresAddress,
  parsePostgresAddress,
  staysOnMachine,
} from "../store/postgres/address.ts";
import { postgresDatabase } from "../store/postgres/postgres-store.ts";
import { sqliteFile } from "../store/sqlite/sqlite-store.ts";
import { fileKindAt, inspectVaultFile } from "../store/sqlite/vault-file.ts";
import type { StorePlace } from "../store/store.ts";
import { printWarning } from "./output.ts";

/** The place of the vault, and what can be asked of it. */
export interface VaultStore {
  readonly kind: "file" | "database";
  /** For people: the path of the file, or the address of the database, without a password. */
  readonly place: string;
  readonly at: StorePlace;
  /** Who else may have access to the file. */
  readonly access: AccessRules;
  /** Whether there is something at the place, be it no vault. */
  isThere(): Promise<boolean>;
  /**
   * Looks whether what is there can be opened as a vault.
   * @throws KmsError `NO_WALLET_FILE`, and what opening the store throws
   */
  inspect(): Promise<void>;
}

/** The options that name the place of the vault. */
export interface StoreArguments {
  readonly path?: string | undefined;
  readonly store?: string | undefined;
  readonly "allow-group-access"?: boolean | undefined;
}

/**
 * The place that the options name, or the settings, or the usual one.
 * @param ask gives the database's password where a provider has it
 * @throws KmsError `CONFIGURATION`, `USAGE`
 * @throws ProviderError when a file of the database's password or certificates cannot be read, or its provider gives no password
 */
export async function chooseStore(args: StoreArguments, config: Config, ask: AskSecret): Promise<VaultStore> {
  const access = { allowGroup: args["allow-group-access"] ?? config.value(settings.allowGroupAccess) };
  const address = chosenAddress(args, config);
  if (address === undefined) return fileStore(vaultPathOf(args, config), access);
  return databaseStore(await postgresAccess(address, config, ask), access);
}

/** Where the daemons of a vault can be asked. */
export interface AskedPlace {
  /** For people: the path of the vault's file, or the address of the database. */
  readonly vault: string;
  /** What their sockets are beside; `undefined` where no place is known for them. */
  readonly sockets: string | undefined;
}

/**
 * Where the daemons of the vault can be asked that the options or settings name. Nothing of it is opened.
 * @throws KmsError `CONFIGURATION`, `USAGE`
 */
export function askedPlace(args: StoreArguments, config: Config): AskedPlace {
  const address = chosenAddress(args, config);
  if (address === undefined) {
    const path = vaultPathOf(args, config);
    return { vault: path, sockets: path };
  }
  const vault = formatPostgresAddress(address);
  return { vault, sockets: databasePlace(vault, config) };
}

/** The address of the database that holds the vault; `undefined` where a file does. */
function chosenAddress({ path, store }: StoreArguments, config: Config): PostgresAddress | undefined {
  if (path !== undefined && store !== undefined)
    throw new KmsError("USAGE", "Both --path and --store say where the vault is; nothing was done.", {
      hint: "Leave one of them out.",
    });
  return path === undefined ? addressOf(store, config) : undefined;
}

function addressOf(store: string | undefined, config: Config): PostgresAddress | undefined {
  if (store !== undefined) return parsePostgresAddress(store, "Option --store");
  const address = config.value(settings.store);
  if (address === undefined || config.value(settings.path) === undefined) return address;
  throw new KmsError(
    "CONFIGURATION",
    `${settings.store.name} and ${settings.path.name} both say where the vault is: it is not clear which counts.`,
  );
}

/**
 * The place of a vault's file.
 * @throws KmsError `USAGE` for the address of a database, `CONFIGURATION` when nothing says it
 */
export function vaultPathOf({ path }: Pick<StoreArguments, "path">, config?: Config): string {
  if (path !== undefined) return filePath(path);
  const place = config?.value(settings.path);
  return place === undefined ? defaultVaultPath() : resolve(place);
}

function filePath(path: string): string {
  if (namesPostgres(path))
    throw new KmsError("USAGE", "Option --path names a file, not a database; nothing was done.", {
      hint: "Name the database with --store.",
    });
  return readPath(path, "Option --path");
}

function fileStore(path: string, access: AccessRules): VaultStore {
  return {
    kind: "file",
    place: path,
    at: sqliteFile(path, access),
    access,
    isThere: async () => (await fileKindAt(path)) !== "missing",
    async inspect() {
      await inspectVaultFile(path, access);
    },
  };
}

function databaseStore(postgres: PostgresAccess, access: AccessRules): VaultStore {
  const at = postgresDatabase(postgres);
  const inspect = async () => (await at.open()).close();
  const isThere = async () => {
    try {
      await inspect();
    } catch (error) {
      if (error instanceof KmsError && error.code === "NO_WALLET_FILE") return false;
      throw error;
    }
    return true;
  };
  return { kind: "database", place: formatPostgresAddress(postgres.address), at, access, isThere, inspect };
}

const passwordSources = {
  value: settings.storePassword,
  file: settings.storePasswordFile,
  from: settings.storePasswordFrom,
};

async function postgresAccess(
  address: PostgresAddress,
  config: Config,
  ask: AskSecret,
): Promise<PostgresAccess> {
  const tls = config.value(settings.storeTls);
  if (tls === "off" && !staysOnMachine(address)) {
    throw new KmsError(
      "CONFIGURATION",
      `${settings.storeTls.name}=off is for a database on this machine: ${address.host} is reached over a network.`,
      { hint: `Set ${settings.storeAuthority.name} to the certificate of the database's authority.` },
    );
  }
  const read = (setting: typeof settings.storeAuthority) => {
    const path = config.value(setting);
    return path === undefined
      ? undefined
      : readCredentialFile(setting.name, path, setting === settings.storeKey ? printWarning : undefined);
  };
  const certificate = read(settings.storeCertificate);
  const key = read(settings.storeKey);
  if ((certificate === undefined) !== (key === undefined))
    throw new KmsError(
      "CONFIGURATION",
      `${settings.storeCertificate.name} and ${settings.storeKey.name} belong together: one of them is not set.`,
    );
  return {
    address,
    password: (await readSecret(config, passwordSources, { warn: printWarning, ask }))?.value,
    tls,
    authorities: read(settings.storeAuthority),
    certificate,
    key,
  };
}

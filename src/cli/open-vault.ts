/** From a command's context to a vault: opened, or made where there is none, and closed again. */
import { constants, existsSync } from "node:fs";
import { access as accessFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Pkcs11Uri } from "../../providers/pkcs11/uri.ts";
import { Pkcs11WrappingToken } from "../../providers/pkcs11/wrapping-token.ts";
import type { Secret } from "../../providers/secret.ts";
import { explainFileError, KmsError } from "../errors.ts";
import { keepAnchor } from "../journal/anchor.ts";
import { openVault } from "../journal/whole-vault.ts";
import { defaultDirectory } from "../settings/settings.ts";
import { settings } from "../settings/table.ts";
import { checkFolders } from "../store/sqlite/access.ts";
import type { StorePlace } from "../store/store.ts";
import type { PreparedSlot, SlotOpener } from "../vault/key-slots/key-slot.ts";
import { passwordOpener, preparePasswordSlot } from "../vault/key-slots/password-slot.ts";
import { prepareTokenSlot, tokenOpener } from "../vault/key-slots/token-slot.ts";
import { createVault } from "../vault/sealed-vault.ts";
import type { Vault } from "../vault/vault.ts";
import { assertNoPin, assertPinnedId, assertPinnedVault, formatVaultPin } from "../vault-pin.ts";
import { endRemovedWallets } from "../wallets/removed.ts";
import type { CommandContext } from "./context.ts";
import { warnOfWeakPassword } from "./new-password.ts";
import { printNote, printUnreadEnvFile, printWarning } from "./output.ts";
import { whileTelling } from "./terminal/progress.ts";

/** What opens a vault with slots of these kinds: a token that is named, or the password. */
export async function openerOf(context: CommandContext, slotKinds: readonly string[]): Promise<SlotOpener> {
  const unlocking = context.chooseUnlocking(slotKinds);
  if (unlocking.kind === "password") return passwordOpener(await context.password("unlock"));
  const uri = wrappingKeyUri(context, unlocking.uri);
  return tokenOpener(new Pkcs11WrappingToken(context.tokens.get(uri)), uri);
}

/** Where `--pkcs11` names another key, it says nothing of the wrapping key. */
function wrappingKeyUri({ namedTokens }: CommandContext, uri: Pkcs11Uri): Pkcs11Uri {
  const { object: _, id: __, ...withoutKey } = uri;
  return namedTokens.optionNamesObject && uri === namedTokens.byOption ? withoutKey : uri;
}

/** The key slot of a vault that is to be made, and the password that opens it, where it is no token. */
export interface FirstSlot {
  readonly slot: PreparedSlot;
  readonly password?: Secret;
}

export async function prepareFirstSlot(context: CommandContext): Promise<FirstSlot> {
  assertNoPin(context.vaultPin, context.vaultPath);
  const unlocking = context.chooseUnlocking(undefined);
  if (unlocking.kind === "password") {
    const password = await context.password("create");
    return { slot: preparePasswordSlot(password), password };
  }
  return {
    slot: await prepareSlotOfToken(context, wrappingKeyUri(context, unlocking.uri)),
  };
}

/** A key slot for a token; says which key of it opens the vault. */
export async function prepareSlotOfToken({ tokens }: CommandContext, uri: Pkcs11Uri): Promise<PreparedSlot> {
  const token = new Pkcs11WrappingToken(tokens.get(uri));
  const { name, isNew } = await token.keyForSlot(uri);
  const key = `${JSON.stringify(name.object)} with the identifier ${name.id}`;
  printNote(
    isNew
      ? `A new wrapping key was made in the token: ${key}.`
      : `The token's key ${key}, which was there before, is the wrapping key.`,
  );
  return prepareTokenSlot(token, name);
}

async function openAndUse<Result>(
  { tokens }: CommandContext,
  open: () => Promise<Vault>,
  work: (vault: Vault) => Promise<Result>,
): Promise<Result> {
  let vault: Vault | undefined;
  try {
    vault = await open();
    return await work(vault);
  } finally {
    tokens.close();
    await vault?.close();
  }
}

/** What is opened besides a vault that is worked with at its place. */
export interface UseOfVault {
  readonly copy?: Pick<StorePlace, "open">;
  readonly takesMoved?: boolean;
}

/**
 * Opens the vault, makes sure it is closed, and gives what `work` gives. Its anchor follows it from then on.
 *
 * @param how `copy`: another file than the vault itself, which has no anchor; `takesMoved`: also a vault that was copied to another
 * store, which then nothing is done to
 * @throws KmsError `NO_WALLET_FILE`, `WRONG_PASSWORD`, `VAULT_CORRUPT`, ...
 */
export function withVault<Result>(
  context: CommandContext,
  work: (vault: Vault) => Promise<Result>,
  { copy, takesMoved = false }: UseOfVault = {},
): Promise<Result> {
  const open = (): Promise<Vault> =>
    whileTelling("wallets converted", (onProgress) =>
      openVault(
        copy ?? context.store.at,
        ({ vaultId, slotKinds }) => {
          assertPinnedId(context.vaultPin, vaultId, context.vaultPath);
          return openerOf(context, slotKinds);
        },
        { note: printNote, onProgress },
      ),
    );
  return openAndUse(context, open, async (vault) => {
    assertPinnedVault(context.vaultPin, vault.identity, context.vaultPath);
    if (takesMoved && vault.marked.movedTo !== undefined) {
      vault.marked.passMark();
      return work(vault);
    }
    const anchor = context.config.value(settings.anchor);
    if (anchor !== undefined && copy === undefined) await keepAnchor(vault, anchor, printWarning);
    if (copy === undefined) await endRemovedWallets(vault);
    return work(vault);
  });
}

/** Paths of new vaults that a person was told of. */
const announced = new Set<string>();

/**
 * Looks at the place of the vault before anything is asked for: what is there can be opened, or a vault can be made there,
 * which a person at a terminal is told.
 *
 * @returns whether there is a vault
 * @throws KmsError `WRONG_VAULT` when another one is expected, `CANNOT_WRITE` when a vault cannot be made there, `VAULT_PERMISSIONS`, `NOT_A_VAULT`, ...
 */
export async function checkVaultPlace(context: CommandContext): Promise<boolean> {
  const { vaultPath, store, prompt } = context;
  try {
    await store.inspect();
    return true;
  } catch (error) {
    if (!(error instanceof KmsError) || error.code !== "NO_WALLET_FILE") throw error;
  }
  assertNoPin(context.vaultPin, vaultPath);
  if (store.kind === "file") {
    checkFolders(vaultPath, store.access);
    await checkNewPlace(vaultPath);
  }
  if (prompt.isTerminal && !announced.has(vaultPath))
    printNote(`A new vault is going to be made at ${vaultPath}.`);
  announced.add(vaultPath);
  return false;
}

/** Only the usual folder of the vault is made; any other path whose folder is not there is a mistake. */
async function checkNewPlace(vaultPath: string): Promise<void> {
  const folder = dirname(vaultPath);
  const isUsual = folder === defaultDirectory();
  const above = isUsual && !existsSync(folder) ? dirname(folder) : folder;
  if (!existsSync(above)) {
    const what = isUsual ? "home directory" : "folder";
    throw new KmsError(
      "CANNOT_WRITE",
      `The ${what} ${above} does not exist: no vault can be made at ${vaultPath}.`,
      {
        hint: isUsual ? "Say with --path where the vault is." : "Correct --path, or make the folder first.",
      },
    );
  }
  try {
    await accessFile(above, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw explainFileError(
      "CANNOT_WRITE",
      `No vault can be made at ${vaultPath}: ${above} cannot be written`,
      error,
    );
  }
}

/** As {@link withVault}, but makes the vault when there is none, as the original does. */
export async function withNewOrExistingVault<Result>(
  context: CommandContext,
  work: (vault: Vault) => Promise<Result>,
): Promise<Result> {
  if (await checkVaultPlace(context)) return withVault(context, work);
  return openAndUse(context, () => makeVault(context), work);
}

async function makeVault(context: CommandContext): Promise<Vault> {
  printUnreadEnvFile(context.config);
  const { slot, password } = await prepareFirstSlot(context);
  const vault = await createVault(context.store.at, slot);
  printNote(`A new vault was made at ${context.vaultPath}.`);
  printNote(`With TATUM_KMS_VAULT_ID=${formatVaultPin(vault.identity)} no other vault is taken for it.`);
  if (password !== undefined) await warnOfWeakPassword(password);
  return vault;
}

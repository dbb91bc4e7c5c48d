/**
 * PKCS#11 (Cryptoki) in memory: the order of its functions, what they take, and the layout of its structures. From the headers of OASIS,
 * which 3.0 and 3.1 left as they were for what stands here:
 * https://docs.oasis-open.org/pkcs11/pkcs11-base/v2.40/errata01/os/include/pkcs11-v2.40/ (pkcs11t.h, pkcs11f.h),
 * https://docs.oasis-open.org/pkcs11/pkcs11-spec/v3.1/os/pkcs11-spec-v3.1-os.html.
 */
import type { FFITypeOrString } from "bun:ffi";

/**
 * Bytes of CK_ULONG, which is `unsigned long`, and of a pointer. On Linux and macOS (LP64, x86-64 and ARM64, little-endian)
 * both have 8, and structures have the compiler's natural alignment. On Windows (LLP64) CK_ULONG has 4 and structures are
 * packed (2.1 of the standard); that ABI is refused.
 */
export const ULONG_BYTES = 8;

/** Lengths and counts that the module does not tell (CK_UNAVAILABLE_INFORMATION). */
export const UNAVAILABLE = 2n ** 64n - 1n;

/** Why modules of a platform cannot be called; `undefined` when they can. */
export function unknownAbi(platform: string, architecture: string): string | undefined {
  const isKnown = ["linux", "darwin"].includes(platform) && ["x64", "arm64"].includes(architecture);
  if (isKnown) return undefined;
  return `PKCS#11 is served on Linux and macOS (x86-64, ARM64), and not on ${platform} (${architecture}), whose modules lay out memory in another way.`;
}

interface Field {
  readonly bytes: number;
  readonly alignment: number;
}

const ulong: Field = { bytes: ULONG_BYTES, alignment: ULONG_BYTES };
const pointer: Field = ulong;
/** CK_VERSION: major and minor. */
const version: Field = { bytes: 2, alignment: 1 };
const text = (bytes: number): Field => ({ bytes, alignment: 1 });

export interface Layout<Name extends string = string> {
  readonly bytes: number;
  /** Where each member begins. */
  readonly offsets: Readonly<Record<Name, number>>;
}

function align(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

function layout<Name extends string>(members: Readonly<Record<Name, Field>>): Layout<Name> {
  let end = 0;
  let widest = 1;
  const offsets: Partial<Record<Name, number>> = {};
  for (const name in members) {
    const { bytes, alignment } = members[name];
    offsets[name] = align(end, alignment);
    end = align(end, alignment) + bytes;
    widest = Math.max(widest, alignment);
  }
  return { bytes: align(end, widest), offsets: offsets as Record<Name, number> };
}

/** The structures by their names in the standard. */
export const structures = {
  CK_INFO: layout({
    cryptokiVersion: version,
    manufacturerID: text(32),
    flags: ulong,
    libraryDescription: text(32),
    libraryVersion: version,
  }),
  CK_SLOT_INFO: layout({
    slotDescription: text(64),
    manufacturerID: text(32),
    flags: ulong,
    hardwareVersion: version,
    firmwareVersion: version,
  }),
  CK_TOKEN_INFO: layout({
    label: text(32),
    manufacturerID: text(32),
    model: text(16),
    serialNumber: text(16),
    flags: ulong,
    ulMaxSessionCount: ulong,
    ulSessionCount: ulong,
    ulMaxRwSessionCount: ulong,
    ulRwSessionCount: ulong,
    ulMaxPinLen: ulong,
    ulMinPinLen: ulong,
    ulTotalPublicMemory: ulong,
    ulFreePublicMemory: ulong,
    ulTotalPrivateMemory: ulong,
    ulFreePrivateMemory: ulong,
    hardwareVersion: version,
    firmwareVersion: version,
    utcTime: text(16),
  }),
  CK_SESSION_INFO: layout({ slotID: ulong, state: ulong, flags: ulong, ulDeviceError: ulong }),
  CK_ATTRIBUTE: layout({ type: ulong, pValue: pointer, ulValueLen: ulong }),
  CK_MECHANISM: layout({ mechanism: ulong, pParameter: pointer, ulParameterLen: ulong }),
  /** As in the header; the text of 2.40 left ulIvBits out. */
  CK_GCM_PARAMS: layout({
    pIv: pointer,
    ulIvLen: ulong,
    ulIvBits: ulong,
    pAAD: pointer,
    ulAADLen: ulong,
    ulTagBits: ulong,
  }),
} as const;

/**
 * CK_C_INITIALIZE_ARGS as NSS wants it, with a member of its own before the last:
 * https://searchfox.org/nss/source/lib/util/pkcs11n.h (CK_NSS_C_INITIALIZE_ARGS). Modules that do not know it get NULL.
 */
export const initializeArguments = layout({
  CreateMutex: pointer,
  DestroyMutex: pointer,
  LockMutex: pointer,
  UnlockMutex: pointer,
  flags: ulong,
  LibraryParameters: pointer,
  pReserved: pointer,
});

/** The functions of CK_FUNCTION_LIST in their order (pkcs11f.h). */
export const functionNames = [
  "C_Initialize",
  "C_Finalize",
  "C_GetInfo",
  "C_GetFunctionList",
  "C_GetSlotList",
  "C_GetSlotInfo",
  "C_GetTokenInfo",
  "C_GetMechanismList",
  "C_GetMechanismInfo",
  "C_InitToken",
  "C_InitPIN",
  "C_SetPIN",
  "C_OpenSession",
  "C_CloseSession",
  "C_CloseAllSessions",
  "C_GetSessionInfo",
  "C_GetOperationState",
  "C_SetOperationState",
  "C_Login",
  "C_Logout",
  "C_CreateObject",
  "C_CopyObject",
  "C_DestroyObject",
  "C_GetObjectSize",
  "C_GetAttributeValue",
  "C_SetAttributeValue",
  "C_FindObjectsInit",
  "C_FindObjects",
  "C_FindObjectsFinal",
  "C_EncryptInit",
  "C_Encrypt",
  "C_EncryptUpdate",
  "C_EncryptFinal",
  "C_DecryptInit",
  "C_Decrypt",
  "C_DecryptUpdate",
  "C_DecryptFinal",
  "C_DigestInit",
  "C_Digest",
  "C_DigestUpdate",
  "C_DigestKey",
  "C_DigestFinal",
  "C_SignInit",
  "C_Sign",
  "C_SignUpdate",
  "C_SignFinal",
  "C_SignRecoverInit",
  "C_SignRecover",
  "C_VerifyInit",
  "C_Verify",
  "C_VerifyUpdate",
  "C_VerifyFinal",
  "C_VerifyRecoverInit",
  "C_VerifyRecover",
  "C_DigestEncryptUpdate",
  "C_DecryptDigestUpdate",
  "C_SignEncryptUpdate",
  "C_DecryptVerifyUpdate",
  "C_GenerateKey",
  "C_GenerateKeyPair",
  "C_WrapKey",
  "C_UnwrapKey",
  "C_DeriveKey",
  "C_SeedRandom",
  "C_GenerateRandom",
  "C_GetFunctionStatus",
  "C_CancelFunction",
  "C_WaitForSlotEvent",
] as const;
export type FunctionName = (typeof functionNames)[number];

/** What the functions take; all of them answer with a CK_RV. */
export const parameters = {
  C_Initialize: ["ptr"],
  C_Finalize: ["ptr"],
  C_GetInfo: ["ptr"],
  C_GetSlotList: ["u8", "ptr", "ptr"],
  C_GetSlotInfo: ["u64", "ptr"],
  C_GetTokenInfo: ["u64", "ptr"],
  C_GetMechanismList: ["u64", "ptr", "ptr"],
  C_InitPIN: ["u64", "ptr", "u64"],
  C_OpenSession: ["u64", "u64", "ptr", "ptr", "ptr"],
  C_CloseSession: ["u64"],
  C_GetSessionInfo: ["u64", "ptr"],
  C_Login: ["u64", "u64", "ptr", "u64"],
  C_Logout: ["u64"],
  C_CreateObject: ["u64", "ptr", "u64", "ptr"],
  C_DestroyObject: ["u64", "u64"],
  C_GetAttributeValue: ["u64", "u64", "ptr", "u64"],
  C_FindObjectsInit: ["u64", "ptr", "u64"],
  C_FindObjects: ["u64", "ptr", "u64", "ptr"],
  C_FindObjectsFinal: ["u64"],
  C_EncryptInit: ["u64", "ptr", "u64"],
  C_Encrypt: ["u64", "ptr", "u64", "ptr", "ptr"],
  C_DecryptInit: ["u64", "ptr", "u64"],
  C_Decrypt: ["u64", "ptr", "u64", "ptr", "ptr"],
  C_SignInit: ["u64", "ptr", "u64"],
  C_Sign: ["u64", "ptr", "u64", "ptr", "ptr"],
  C_GenerateKey: ["u64", "ptr", "ptr", "u64", "ptr"],
  C_GenerateKeyPair: ["u64", "ptr", "ptr", "u64", "ptr", "u64", "ptr", "ptr"],
  C_WrapKey: ["u64", "ptr", "u64", "u64", "ptr", "ptr"],
  C_UnwrapKey: ["u64", "ptr", "u64", "ptr", "u64", "ptr", "u64", "ptr"],
} as const satisfies Partial<Record<FunctionName, readonly FFITypeOrString[]>>;
/** The functions that this program calls. */
export type CalledFunction = keyof typeof parameters;

/** Where a function stands in CK_FUNCTION_LIST, which begins with a CK_VERSION. */
export function functionOffset(name: FunctionName): number {
  return align(version.bytes, pointer.alignment) + functionNames.indexOf(name) * pointer.bytes;
}

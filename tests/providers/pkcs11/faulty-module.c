/*
 * A PKCS#11 module that misbehaves as it is told. It hands every call on to the module at FAULTY_MODULE_TARGET, unless a line
 * of the file at FAULTY_MODULE_CONTROL says otherwise:
 *
 *   <function> <what> [<number>]      from now on
 *   once <function> <what> [<number>] the next time only, whichever process that is in
 *
 * What: `hang`, `abort`, `segfault`, `exit`, `print`, `fail` with the number of an error; for C_Sign also `short`, `changed` and
 * `high-s`; for C_GetMechanismList `without` and the number of a mechanism; for C_OpenSession `limit` and how many may be
 * open at the same time. Functions that tell a length or a count tell the number behind `length`, and the number behind
 * `late-length` once they got room for what it counts. C_OpenSession `without-handle` gives none. C_GetFunctionList gives no
 * list when told `nothing`, one of another version of PKCS#11 when told `version`, and one without C_Sign when told
 * `without-sign`. Each call is written as a line to FAULTY_MODULE_CALLS.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pkcs11.h>

static CK_FUNCTION_LIST handed_out;
static CK_FUNCTION_LIST_PTR target;
static int open_sessions;

static void record(const char *function) {
  const char *path = getenv("FAULTY_MODULE_CALLS");
  int file = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
  if (file < 0) return;
  dprintf(file, "%s\n", function);
  close(file);
}

/* Whether the control file tells the function to misbehave in this way. */
static int told(const char *function, const char *what, unsigned long *number) {
  const char *path = getenv("FAULTY_MODULE_CONTROL");
  FILE *file = path == NULL ? NULL : fopen(path, "r");
  char line[256];
  int found = 0;
  if (file == NULL) return 0;
  while (!found && fgets(line, sizeof line, file) != NULL) {
    char name[64], kind[64];
    unsigned long value = 0;
    int once = strncmp(line, "once ", 5) == 0;
    if (sscanf(once ? line + 5 : line, "%63s %63s %li", name, kind, &value) < 2) continue;
    if (strcmp(name, function) != 0 || strcmp(kind, what) != 0) continue;
    found = 1;
    if (number != NULL) *number = value;
    if (once) unlink(path);
  }
  fclose(file);
  return found;
}

/* The misbehaviours that every function has; gives the error to answer with. */
static CK_RV misbehave(const char *function) {
  unsigned long error;
  record(function);
  if (told(function, "hang", NULL)) for (;;) pause();
  if (told(function, "abort", NULL)) abort();
  if (told(function, "segfault", NULL)) raise(SIGSEGV);
  if (told(function, "exit", NULL)) _exit(0);
  if (told(function, "print", NULL)) {
    for (int line = 0; line < 10000; line++) {
      printf("\x1b[31m{\"number\":0,\"result\":{}}\n");
      fprintf(stderr, "{\"number\":1,\"failure\":null}\n");
    }
    fflush(stdout);
  }
  return told(function, "fail", &error) ? error : CKR_OK;
}

#define MISBEHAVE(function)                    \
  do {                                         \
    CK_RV failure = misbehave(function);       \
    if (failure != CKR_OK) return failure;     \
  } while (0)

/* A length or count that is not true. */
static void lie(const char *function, CK_BBOOL has_room, CK_ULONG_PTR length) {
  unsigned long told_length;
  if (told(function, "length", &told_length)) *length = told_length;
  if (has_room && told(function, "late-length", &told_length)) *length = told_length;
}

static CK_RV initialize(CK_VOID_PTR arguments) {
  MISBEHAVE("C_Initialize");
  return target->C_Initialize(arguments);
}

static CK_RV get_slot_list(CK_BBOOL present, CK_SLOT_ID_PTR slots, CK_ULONG_PTR count) {
  MISBEHAVE("C_GetSlotList");
  CK_RV result = target->C_GetSlotList(present, slots, count);
  lie("C_GetSlotList", slots != NULL, count);
  return result;
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  MISBEHAVE("C_GetTokenInfo");
  return target->C_GetTokenInfo(slot, info);
}

static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application, CK_NOTIFY notify,
                          CK_SESSION_HANDLE_PTR session) {
  unsigned long limit;
  CK_RV result;
  MISBEHAVE("C_OpenSession");
  if (told("C_OpenSession", "limit", &limit) && open_sessions >= (int)limit) return CKR_SESSION_COUNT;
  result = target->C_OpenSession(slot, flags, application, notify, session);
  if (result == CKR_OK) open_sessions++;
  if (told("C_OpenSession", "without-handle", NULL)) *session = CK_INVALID_HANDLE;
  return result;
}

static CK_RV close_session(CK_SESSION_HANDLE session) {
  CK_RV result;
  MISBEHAVE("C_CloseSession");
  result = target->C_CloseSession(session);
  if (result == CKR_OK) open_sessions--;
  return result;
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG length) {
  MISBEHAVE("C_Login");
  return target->C_Login(session, user, pin, length);
}

static CK_RV decrypt(CK_SESSION_HANDLE session, CK_BYTE_PTR in, CK_ULONG length, CK_BYTE_PTR out,
                     CK_ULONG_PTR out_length) {
  /* Also an error ends the operation. */
  CK_RV result = target->C_Decrypt(session, in, length, out, out_length);
  MISBEHAVE("C_Decrypt");
  lie("C_Decrypt", out != NULL, out_length);
  return result;
}

static CK_RV encrypt(CK_SESSION_HANDLE session, CK_BYTE_PTR in, CK_ULONG length, CK_BYTE_PTR out,
                     CK_ULONG_PTR out_length) {
  CK_RV result = target->C_Encrypt(session, in, length, out, out_length);
  MISBEHAVE("C_Encrypt");
  lie("C_Encrypt", out != NULL, out_length);
  return result;
}

static CK_RV wrap_key(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE wrapping_key,
                      CK_OBJECT_HANDLE key, CK_BYTE_PTR out, CK_ULONG_PTR length) {
  MISBEHAVE("C_WrapKey");
  CK_RV result = target->C_WrapKey(session, mechanism, wrapping_key, key, out, length);
  lie("C_WrapKey", out != NULL, length);
  return result;
}

static CK_RV find_objects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE_PTR objects, CK_ULONG most, CK_ULONG_PTR count) {
  MISBEHAVE("C_FindObjects");
  CK_RV result = target->C_FindObjects(session, objects, most, count);
  lie("C_FindObjects", CK_TRUE, count);
  return result;
}

static CK_RV get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR template,
                                 CK_ULONG count) {
  MISBEHAVE("C_GetAttributeValue");
  CK_RV result = target->C_GetAttributeValue(session, object, template, count);
  for (CK_ULONG index = 0; index < count; index++) {
    lie("C_GetAttributeValue", template[index].pValue != NULL, &template[index].ulValueLen);
  }
  return result;
}

static CK_RV generate_key_pair(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_ATTRIBUTE_PTR public_template,
                               CK_ULONG public_count, CK_ATTRIBUTE_PTR private_template, CK_ULONG private_count,
                               CK_OBJECT_HANDLE_PTR public_key, CK_OBJECT_HANDLE_PTR private_key) {
  CK_RV result = target->C_GenerateKeyPair(session, mechanism, public_template, public_count, private_template,
                                           private_count, public_key, private_key);
  /* A failure after the key is there. */
  if (result == CKR_OK) MISBEHAVE("C_GenerateKeyPair");
  return result;
}

static CK_RV get_mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR list, CK_ULONG_PTR count) {
  unsigned long left_out[2];
  CK_RV result;
  MISBEHAVE("C_GetMechanismList");
  int has_first = told("C_GetMechanismList", "without", &left_out[0]);
  int has_second = told("C_GetMechanismList", "and-without", &left_out[1]);
  result = target->C_GetMechanismList(slot, list, count);
  if (list == NULL) lie("C_GetMechanismList", CK_FALSE, count);
  if (result != CKR_OK || list == NULL) return result;
  CK_ULONG kept = 0;
  for (CK_ULONG index = 0; index < *count; index++) {
    if ((has_first && list[index] == left_out[0]) || (has_second && list[index] == left_out[1])) continue;
    list[kept++] = list[index];
  }
  *count = kept;
  lie("C_GetMechanismList", CK_TRUE, count);
  return result;
}

/* n - s on secp256k1, big-endian: the other signature of the same digest. */
static void negate(CK_BYTE *s) {
  static const CK_BYTE order[32] = {
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
      0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41};
  int borrow = 0;
  for (int index = 31; index >= 0; index--) {
    int difference = order[index] - s[index] - borrow;
    borrow = difference < 0;
    s[index] = (CK_BYTE)(difference + (borrow ? 256 : 0));
  }
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature,
                  CK_ULONG_PTR signature_length) {
  CK_RV result;
  MISBEHAVE("C_Sign");
  result = target->C_Sign(session, data, length, signature, signature_length);
  if (result != CKR_OK || signature == NULL) return result;
  if (told("C_Sign", "short", NULL)) *signature_length -= 1;
  if (told("C_Sign", "changed", NULL)) signature[40] ^= 1;
  if (told("C_Sign", "high-s", NULL) && signature[32] < 0x80) negate(signature + 32);
  lie("C_Sign", CK_TRUE, signature_length);
  return result;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  const char *path = getenv("FAULTY_MODULE_TARGET");
  void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW);
  CK_C_GetFunctionList get = library == NULL ? NULL : (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList");
  MISBEHAVE("C_GetFunctionList");
  CK_RV result = get == NULL ? CKR_GENERAL_ERROR : get(&target);
  if (told("C_GetFunctionList", "nothing", NULL)) return CKR_OK;
  if (result != CKR_OK) return result;
  handed_out = *target;
  handed_out.C_Initialize = initialize;
  handed_out.C_GetSlotList = get_slot_list;
  handed_out.C_GetTokenInfo = get_token_info;
  handed_out.C_OpenSession = open_session;
  handed_out.C_CloseSession = close_session;
  handed_out.C_Login = login;
  handed_out.C_Decrypt = decrypt;
  handed_out.C_GenerateKeyPair = generate_key_pair;
  handed_out.C_GetMechanismList = get_mechanism_list;
  handed_out.C_Encrypt = encrypt;
  handed_out.C_WrapKey = wrap_key;
  handed_out.C_FindObjects = find_objects;
  handed_out.C_GetAttributeValue = get_attribute_value;
  handed_out.C_Sign = told("C_GetFunctionList", "without-sign", NULL) ? NULL : sign;
  if (told("C_GetFunctionList", "version", NULL)) handed_out.version.major = 1;
  *list = &handed_out;
  return CKR_OK;
}

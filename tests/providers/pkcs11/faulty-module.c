/*
 * A PKCS#11 module that misbehaves as it is told. It hands every call on to the module at FAULTY_MODULE_TARGET, unless a line
 * of the file at FAULTY_MODULE_CONTROL says otherwise:
 *
 *   <function> <what> [<number>]      from now on
 *   once <function> <what> [<number>] the next time only, whichever process that is in
 *
 * What: `hang`, `abort`, `segfault`, `exit`, `print`, `fail` with the number of an error; for C_Sign also `short`, `changed` and
 * `high-s`; for C_GetMechanismList `without` and the number of a mechanism; for C_OpenSession `limit` and how many may be
 * open at the same time. Each call is written as a line to FAULTY_MODULE_CALLS.
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

static CK_RV initialize(CK_VOID_PTR arguments) {
  MISBEHAVE("C_Initialize");
  return target->C_Initialize(arguments);
}

static CK_RV get_slot_list(CK_BBOOL present, CK_SLOT_ID_PTR slots, CK_ULONG_PTR count) {
  MISBEHAVE("C_GetSlotList");
  return target->C_GetSlotList(present, slots, count);
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
  if (result != CKR_OK || list == NULL) return result;
  CK_ULONG kept = 0;
  for (CK_ULONG index = 0; index < *count; index++) {
    if ((has_first && list[index] == left_out[0]) || (has_second && list[index] == left_out[1])) continue;
    list[kept++] = list[index];
  }
  *count = kept;
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
  return result;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  const char *path = getenv("FAULTY_MODULE_TARGET");
  void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW);
  CK_C_GetFunctionList get = library == NULL ? NULL : (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList");
  CK_RV result = get == NULL ? CKR_GENERAL_ERROR : get(&target);
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
  handed_out.C_Sign = sign;
  *list = &handed_out;
  return CKR_OK;
}

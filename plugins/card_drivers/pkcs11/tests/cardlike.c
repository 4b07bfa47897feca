/* A PKCS#11 library for tests: another one (SoftHSM) made to behave like a card.
 *
 * SoftHSM counts no PIN tries, never locks and cannot be pulled. This library passes every call on to it and adds just
 * that. CARDLIKE_MODULE names the other library, CARDLIKE_DIR a folder of plain files, read at every call:
 *   tries    PIN tries left of every token (written back)      full     tries of a fresh token
 *   out      when it is there, every token is pulled           noslots  when it is there, there is no reader
 *   fault    "18 30": the call with this place in the function list (18 is C_Login) answers with this CKR_ code (hex)
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long ck;
typedef ck (*call)(ck, ck, ck, ck, ck, ck);
struct list { unsigned char version[8]; call calls[68]; };
struct token_info { unsigned char names[96]; ck flags; };
struct session_info { ck slot, state, flags, error; };

enum { SLOT_LIST = 4, TOKEN_INFO = 6, OPEN_SESSION = 12, SESSION_INFO = 15, LOGIN = 18, FIND_INIT = 26, SIGN_INIT = 42,
       SIGN = 43 };
enum { OK = 0, TOKEN_NOT_PRESENT = 0xE0, PIN_INCORRECT = 0xA0, PIN_INVALID = 0xA1, PIN_LEN_RANGE = 0xA2,
       PIN_LOCKED = 0xA4, DEVICE_REMOVED = 0x32, GENERAL_ERROR = 5 };
enum { COUNT_LOW = 0x10000, FINAL_TRY = 0x20000, LOCKED = 0x40000 };

static struct list *real;
static struct list mine;

static FILE *named(const char *name, const char *mode) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("CARDLIKE_DIR"), name);
  return fopen(path, mode);
}

static int is_there(const char *name) {
  FILE *file = named(name, "r");
  if (file) fclose(file);
  return file != NULL;
}

static int number(const char *name) {
  int value = 0;
  FILE *file = named(name, "r");
  if (!file) return 0;
  if (fscanf(file, "%d", &value) != 1) value = 0;
  fclose(file);
  return value;
}

static void set_tries(int value) {
  FILE *file = named("tries", "w");
  if (!file) return;
  fprintf(file, "%d\n", value);
  fclose(file);
}

static ck fault(int place) {
  int wanted;
  ck code;
  FILE *file = named("fault", "r");
  if (!file) return OK;
  if (fscanf(file, "%d %lx", &wanted, &code) != 2 || wanted != place) code = OK;
  fclose(file);
  return code;
}

static ck slot_list(ck present, ck slots, ck count, ck d, ck e, ck f) {
  if (is_there("noslots") || (present && is_there("out"))) { *(ck *)count = 0; return OK; }
  return real->calls[SLOT_LIST](present, slots, count, d, e, f);
}

static ck token_info(ck slot, ck info, ck c, ck d, ck e, ck f) {
  if (is_there("out")) return TOKEN_NOT_PRESENT;
  ck code = real->calls[TOKEN_INFO](slot, info, c, d, e, f);
  int tries = number("tries"), full = number("full");
  struct token_info *token = (struct token_info *)info;
  if (code == OK && tries < full) token->flags |= COUNT_LOW;
  if (code == OK && tries == 1) token->flags |= FINAL_TRY;
  if (code == OK && tries == 0) token->flags |= LOCKED;
  return code;
}

static ck login(ck session, ck user, ck pin, ck length, ck e, ck f) {
  ck code = fault(LOGIN);
  if (code) return code;
  if (is_there("out")) return DEVICE_REMOVED;
  int tries = number("tries");
  if (tries == 0) return PIN_LOCKED;
  set_tries(tries - 1);
  code = real->calls[LOGIN](session, user, pin, length, e, f);
  if (code == OK) set_tries(number("full"));
  else if (code != PIN_INCORRECT && code != PIN_INVALID && code != PIN_LEN_RANGE) set_tries(tries);
  return code;
}

#define PASS(name, place) \
  static ck name(ck a, ck b, ck c, ck d, ck e, ck f) { \
    ck code = is_there("out") ? DEVICE_REMOVED : fault(place); \
    return code ? code : real->calls[place](a, b, c, d, e, f); \
  }
PASS(open_session, OPEN_SESSION)
PASS(find_init, FIND_INIT)
PASS(sign_init, SIGN_INIT)
PASS(sign, SIGN)

ck C_GetFunctionList(struct list **found) {
  if (!real) {
    void *library = dlopen(getenv("CARDLIKE_MODULE"), RTLD_NOW | RTLD_LOCAL);
    if (!library) return GENERAL_ERROR;
    ck (*get)(struct list **) = (ck (*)(struct list **))dlsym(library, "C_GetFunctionList");
    if (!get || get(&real) != OK) return GENERAL_ERROR;
    mine = *real;
    mine.calls[3] = (call)C_GetFunctionList;
    mine.calls[SLOT_LIST] = slot_list;
    mine.calls[TOKEN_INFO] = token_info;
    mine.calls[LOGIN] = login;
    mine.calls[OPEN_SESSION] = open_session;
    mine.calls[FIND_INIT] = find_init;
    mine.calls[SIGN_INIT] = sign_init;
    mine.calls[SIGN] = sign;
  }
  *found = &mine;
  return OK;
}

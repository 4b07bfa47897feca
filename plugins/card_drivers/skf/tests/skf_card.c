/* An SKF library (GM/T 0016) for tests: keys in files, real SM2, a PIN counter that locks, removal, faults on demand.
 *
 * SKF_CARD_DIR names a folder; each folder in it is a plugged-in key with the files `key` (the private number, hex),
 * `certificate` (DER), `pin`, `tries` and `full` (a fresh key's tries). Beside them:
 *   noreader  when it is there, the library drives nothing
 *   fault     "SKF_VerifyPIN 0A00000F": this call answers with this code
 * The arithmetic is plain double-and-add, which is slow and not constant-time, and quite enough here.
 * Compile with -DULONG='unsigned long' for the other size of a ULONG.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#ifndef ULONG
#define ULONG unsigned int
#endif
typedef unsigned char BYTE;

enum { OK = 0, FAIL = 0x0A000001, NO_KEY = 0x0A00001B, NO_CERT = 0x0A00001C, SMALL = 0x0A000020, REMOVED = 0x0A000023,
       PIN_WRONG = 0x0A000024, LOCKED = 0x0A000025, LOGGED_OUT = 0x0A00002D, NO_APPLICATION = 0x0A00002E };

static const char *APPLICATION = "SWHUB", *CONTAINER = "{sign}";

/* --- numbers of 256 bits, least word first ------------------------------------------------------------------- */

typedef struct { uint64_t w[4]; } num;

static const num P = {{0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF00000000, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFEFFFFFFFF}};
static const num N = {{0x53BBF40939D54123, 0x7203DF6B21C6052B, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFEFFFFFFFF}};
static const num GX = {{0x715A4589334C74C7, 0x8FE30BBFF2660BE1, 0x5F9904466A39C994, 0x32C4AE2C1F198119}};
static const num GY = {{0x02DF32E52139F0A0, 0xD0A9877CC62A4740, 0x59BDCEE36B692153, 0xBC3736A2F4F6779C}};
static const num ZERO = {{0, 0, 0, 0}}, ONE = {{1, 0, 0, 0}};

static int less(num a, num b) {
  for (int i = 3; i >= 0; i--) if (a.w[i] != b.w[i]) return a.w[i] < b.w[i];
  return 0;
}

static int bit(num a, int i) { return a.w[i / 64] >> (i % 64) & 1; }

static uint64_t raw_add(num *r, num a, num b) {
  unsigned __int128 carry = 0;
  for (int i = 0; i < 4; i++) { carry += (unsigned __int128)a.w[i] + b.w[i]; r->w[i] = carry; carry >>= 64; }
  return carry;
}

static void raw_sub(num *r, num a, num b) {
  uint64_t borrow = 0;
  for (int i = 0; i < 4; i++) {
    unsigned __int128 d = (unsigned __int128)a.w[i] - b.w[i] - borrow;
    r->w[i] = d;
    borrow = d >> 64 & 1;
  }
}

static num add(num a, num b, num m) {
  num r;
  if (raw_add(&r, a, b) || !less(r, m)) raw_sub(&r, r, m);
  return r;
}

static num sub(num a, num b, num m) {
  num r;
  if (less(a, b)) raw_add(&a, a, m); /* the carry comes back with the borrow */
  raw_sub(&r, a, b);
  return r;
}

static num mul(num a, num b, num m) {
  num r = ZERO;
  for (int i = 255; i >= 0; i--) { r = add(r, r, m); if (bit(b, i)) r = add(r, a, m); }
  return r;
}

static num inverse(num a, num m) { /* a^(m-2) */
  num e, r = ONE, two = {{2, 0, 0, 0}};
  raw_sub(&e, m, two);
  for (int i = 255; i >= 0; i--) { r = mul(r, r, m); if (bit(e, i)) r = mul(r, a, m); }
  return r;
}

static num from_bytes(const BYTE *b) {
  num r = ZERO;
  for (int i = 0; i < 32; i++) r.w[3 - i / 8] = r.w[3 - i / 8] << 8 | b[i];
  return less(r, N) ? r : (raw_sub(&r, r, N), r);
}

static void to_bytes(num a, BYTE *b) {
  for (int i = 0; i < 32; i++) b[i] = a.w[3 - i / 8] >> (56 - i % 8 * 8);
}

/* --- the curve: x of k times the base point, in Jacobian coordinates ------------------------------------------ */

#define MUL(a, b) mul(a, b, P)
#define ADD(a, b) add(a, b, P)
#define SUB(a, b) sub(a, b, P)

static num x_of(num k) {
  num x = GX, y = GY, z = ONE;
  int i = 255;
  while (!bit(k, i)) i--;
  while (--i >= 0) {
    num delta = MUL(z, z), gamma = MUL(y, y), beta = MUL(x, gamma);
    num alpha = MUL(SUB(x, delta), ADD(x, delta)), beta4, gamma2 = MUL(gamma, gamma);
    alpha = ADD(ADD(alpha, alpha), alpha);
    beta4 = ADD(ADD(beta, beta), ADD(beta, beta));
    z = MUL(y, z), z = ADD(z, z);
    x = SUB(MUL(alpha, alpha), ADD(beta4, beta4));
    gamma2 = ADD(ADD(gamma2, gamma2), ADD(gamma2, gamma2));
    y = SUB(MUL(alpha, SUB(beta4, x)), ADD(gamma2, gamma2));
    if (bit(k, i)) {
      num z2 = MUL(z, z), h = SUB(MUL(GX, z2), x), r = SUB(MUL(GY, MUL(z2, z)), y);
      num h2 = MUL(h, h), h3 = MUL(h2, h), v = MUL(x, h2);
      x = SUB(SUB(MUL(r, r), h3), ADD(v, v));
      y = SUB(MUL(r, SUB(v, x)), MUL(y, h3));
      z = MUL(z, h);
    }
  }
  z = inverse(z, P);
  x = MUL(x, MUL(z, z));
  return less(x, N) ? x : (raw_sub(&x, x, N), x);
}

static void sm2_sign(num d, num e, BYTE *r_out, BYTE *s_out) {
  num r, s, k, t;
  BYTE random[32];
  do {
    if (getrandom(random, sizeof random, 0) != sizeof random) abort();
    k = from_bytes(random);
    if (!memcmp(&k, &ZERO, sizeof k)) continue;
    r = add(e, x_of(k), N);
    t = add(r, k, N);
    s = mul(inverse(add(ONE, d, N), N), sub(k, mul(r, d, N), N), N);
  } while (!memcmp(&k, &ZERO, sizeof k) || !memcmp(&r, &ZERO, sizeof r) || !memcmp(&t, &ZERO, sizeof t) ||
           !memcmp(&s, &ZERO, sizeof s));
  to_bytes(r, r_out);
  to_bytes(s, s_out);
}

/* --- files ------------------------------------------------------------------------------------------------------ */

typedef struct { char name[256]; int logged_in; } device;

static size_t get(const char *folder, const char *name, BYTE *content, size_t size) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s/%s", getenv("SKF_CARD_DIR"), folder, name);
  FILE *file = fopen(path, "rb");
  if (!file) return 0;
  size_t found = fread(content, 1, size - 1, file);
  content[found] = 0;
  fclose(file);
  return found;
}

static int number(device *d, const char *name) {
  BYTE text[32];
  return get(d->name, name, text, sizeof text) ? atoi((char *)text) : 0;
}

static void set_tries(device *d, int tries) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s/tries", getenv("SKF_CARD_DIR"), d->name);
  FILE *file = fopen(path, "w");
  if (!file) return;
  fprintf(file, "%d", tries);
  fclose(file);
}

static ULONG ready(device *d, const char *call) {
  BYTE text[128];
  char wanted[100];
  unsigned code;
  if (get(".", "fault", text, sizeof text) && sscanf((char *)text, "%99s %x", wanted, &code) == 2 &&
      !strcmp(wanted, call))
    return code;
  return d && !get(d->name, "certificate", text, sizeof text) ? REMOVED : OK;
}
#define READY(d) do { ULONG code = ready(d, __func__); if (code) return code; } while (0)

static ULONG give(const void *content, ULONG size, BYTE *out, ULONG *room) {
  ULONG had = *room;
  *room = size;
  if (!out) return OK;
  if (had < size) return SMALL;
  memcpy(out, content, size);
  return OK;
}

static ULONG give_name(const char *name, char *out, ULONG *room) {
  char list[256] = {0};
  strcpy(list, name);
  return give(list, strlen(name) + 2, (BYTE *)out, room);
}

/* --- SKF -------------------------------------------------------------------------------------------------------- */

ULONG SKF_EnumDev(int present, char *names, ULONG *size) {
  READY(NULL);
  BYTE probe[16];
  char list[4096] = {0}, *end = list;
  if (!present) return get(".", "noreader", probe, sizeof probe) ? give("\0", 2, (BYTE *)names, size)
                                                                  : give_name("any key", names, size);
  DIR *folder = get(".", "noreader", probe, sizeof probe) ? NULL : opendir(getenv("SKF_CARD_DIR"));
  for (struct dirent *row; folder && (row = readdir(folder));)
    if (row->d_name[0] != '.' && get(row->d_name, "certificate", probe, sizeof probe)) end = stpcpy(end, row->d_name) + 1;
  if (folder) closedir(folder);
  return give(list, end - list + 1, (BYTE *)names, size);
}

ULONG SKF_ConnectDev(const char *name, device **made) {
  READY(NULL);
  device *d = calloc(1, sizeof *d);
  strncpy(d->name, name, sizeof d->name - 1);
  *made = d;
  return OK;
}

ULONG SKF_DisConnectDev(device *d) { free(d); return OK; }

ULONG SKF_GetDevInfo(device *d, BYTE *info) {
  READY(d);
  memcpy((char *)info + 162, d->name, strnlen(d->name, 32));
  return OK;
}

ULONG SKF_EnumApplication(device *d, char *names, ULONG *size) { READY(d); return give_name(APPLICATION, names, size); }

ULONG SKF_OpenApplication(device *d, const char *name, device **made) {
  READY(d);
  *made = d;
  return strcmp(name, APPLICATION) ? NO_APPLICATION : OK;
}

ULONG SKF_CloseApplication(device *d) { READY(d); return OK; }

ULONG SKF_GetPINInfo(device *d, ULONG type, ULONG *most, ULONG *left, int *factory) {
  READY(d);
  (void)type;
  *most = number(d, "full");
  *left = number(d, "tries");
  *factory = number(d, "factory");
  return OK;
}

ULONG SKF_VerifyPIN(device *d, ULONG type, const char *pin, ULONG *left) {
  READY(d);
  (void)type;
  BYTE right[64];
  int tries = number(d, "tries");
  *left = 0;
  if (!tries) return LOCKED;
  get(d->name, "pin", right, sizeof right);
  d->logged_in = !strcmp(pin, (char *)right);
  *left = d->logged_in ? number(d, "full") : tries - 1;
  set_tries(d, *left);
  return d->logged_in ? OK : PIN_WRONG;
}

ULONG SKF_ClearSecureState(device *d) { d->logged_in = 0; return OK; }

ULONG SKF_EnumContainer(device *d, char *names, ULONG *size) { READY(d); return give_name(CONTAINER, names, size); }

ULONG SKF_OpenContainer(device *d, const char *name, device **made) {
  READY(d);
  *made = d;
  return strcmp(name, CONTAINER) ? NO_KEY : OK;
}

ULONG SKF_CloseContainer(device *d) { READY(d); return OK; }

ULONG SKF_ExportCertificate(device *d, int sign, BYTE *out, ULONG *size) {
  READY(d);
  BYTE content[8192];
  size_t found = get(d->name, "certificate", content, sizeof content);
  return sign ? give(content, found, out, size) : NO_CERT;
}

ULONG SKF_ECCSignData(device *d, BYTE *digest, ULONG size, BYTE *blob) {
  READY(d);
  BYTE text[80], bytes[32];
  if (!d->logged_in) return LOGGED_OUT;
  if (size != 32 || get(d->name, "key", text, sizeof text) != 64) return FAIL;
  for (int i = 0; i < 32; i++) sscanf((char *)text + 2 * i, "%2hhx", bytes + i);
  memset(blob, 0, 128);
  sm2_sign(from_bytes(bytes), from_bytes(digest), blob + 32, blob + 96);
  return OK;
}

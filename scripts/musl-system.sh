#!/usr/bin/env bash
# The executable for musl in a tree that has nothing but musl: `scripts/musl-system.sh [executable] [amd64 or arm64]`. The C library is
# that of Debian's package `musl`. A libstdc++ and a SoftHSM for musl are not in Debian: those for glibc take their places, and a few
# functions that they want of glibc are made here. So this shows that the program works with musl, and not how Alpine's libraries do.
# What is for another processor than this machine's is run by QEMU, some 20 times slower.
# Needs root, gcc for that processor, and the network; without root it says that it was skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

executable=${1:-dist/tatum-kms-musl}
own=$(dpkg --print-architecture)
architecture=${2:-$own}
if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
  echo "Musl: SKIPPED, because a tree is entered by root."
  exit 0
fi
tree=$(mktemp -d "${TMPDIR:-/tmp}/musl-system-XXXXXX")
trap 'rm -rf --one-file-system "$tree"' EXIT
case $architecture in
  amd64) target=linux-x64-musl machine=x86_64 linker=ld-linux-x86-64.so.2 ;;
  arm64) target=linux-arm64-musl machine=aarch64 linker=ld-linux-aarch64.so.1 ;;
esac
compiler=gcc way=()
if [ "$architecture" != "$own" ]; then
  compiler=$machine-linux-gnu-gcc way=(scripts/foreign-processor "$tree")
  command -v qemu-aarch64-static >/dev/null || apt-get install -y --no-install-recommends qemu-user-static
  command -v "$compiler" >/dev/null || apt-get install -y --no-install-recommends "gcc-$machine-linux-gnu"
fi
if [ $# = 0 ]; then npx bun run build --target="$target" --outfile="$executable"; fi

chmod 755 "$tree"
mkdir -p "$tree"/{lib,dev,proc,vault} "$tree"/package/{lists,archives}/partial
# Packages of that processor, of which this system's apt need not know.
of_processor=(-o APT::Architecture="$architecture" -o APT::Architectures="$architecture" -o Dir::State::lists="$tree/package/lists"
  -o Dir::Cache="$tree/package" -o APT::Sandbox::User=root)
(
  cd "$tree/package"
  apt-get -qq "${of_processor[@]}" update
  apt-get -qq "${of_processor[@]}" download musl libstdc++6 libgcc-s1 libsofthsm2 libssl3
  for package in *.deb; do dpkg-deb --extract "$package" .; done
)
find "$tree/package" \( -name "ld-musl-$machine.so.1" -o -name libstdc++.so.6 -o -name libgcc_s.so.1 -o -name libcrypto.so.3 \
  -o -name libsofthsm2.so \) -exec cp -L {} "$tree/lib/" \;
mv "$tree/lib/libstdc++.so.6" "$tree/lib/libstdc++-for-glibc.so"
ln -s "ld-musl-$machine.so.1" "$tree/lib/libc.musl-$machine.so.1"
rm -rf "$tree/package"
for name in null urandom; do cp -a "/dev/$name" "$tree/dev/"; done
install -m 755 "$executable" "$tree/tatum-kms"
# What these want of glibc and musl does not have, in a library that stands for libstdc++ and brings the real one. To be
# linked with, an empty one of that name is enough.
link() { "$compiler" -shared -fPIC -nostdlib -Wl,--unresolved-symbols=ignore-all,--no-as-needed "$@"; }
link -Wl,-soname,libstdc++-for-glibc.so -o "$tree/empty.so" -x c /dev/null
ln -s libstdc++.so.6 "$tree/lib/$linker"
link -o "$tree/lib/libstdc++.so.6" "$tree/empty.so" -x c - <<'C'
#include <stdarg.h>
#include <stddef.h>
extern void *memcpy(void *, const void *, size_t), *memset(void *, int, size_t);
extern char *strcat(char *, const char *), *strncpy(char *, const char *, size_t);
extern int vsnprintf(char *, size_t, const char *, va_list), vfprintf(void *, const char *, va_list);
extern size_t strftime_l(char *, size_t, const char *, const void *, void *);
extern unsigned long getauxval(unsigned long);
extern long getrandom(void *, size_t, unsigned);
char __libc_single_threaded = 0;
struct { unsigned vendor, type, subtype, features[1]; } __cpu_model;
int __cpu_indicator_init(void) { return 0; }
unsigned arc4random(void) { unsigned word = 0; getrandom(&word, sizeof word, 0); return word; }
unsigned long __getauxval(unsigned long type) { return getauxval(type); }
size_t __strftime_l(char *text, size_t size, const char *format, const void *time, void *locale) {
  return strftime_l(text, size, format, time, locale);
}
int __cxa_thread_atexit_impl(void (*end)(void *), void *object, void *library) { return 0; }
void *__memcpy_chk(void *to, const void *from, size_t size, size_t room) { return memcpy(to, from, size); }
void *__memset_chk(void *to, int byte, size_t size, size_t room) { return memset(to, byte, size); }
char *__strcat_chk(char *to, const char *from, size_t room) { return strcat(to, from); }
char *__strncpy_chk(char *to, const char *from, size_t size, size_t room) { return strncpy(to, from, size); }
int __vsnprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, va_list rest) {
  return vsnprintf(to, size, format, rest);
}
int __vfprintf_chk(void *file, int flag, const char *format, va_list rest) { return vfprintf(file, format, rest); }
#define PRINT(call) va_list rest; va_start(rest, format); int made = call; va_end(rest); return made
int __snprintf_chk(char *to, size_t size, int flag, size_t room, const char *format, ...) {
  PRINT(vsnprintf(to, size, format, rest));
}
int __sprintf_chk(char *to, int flag, size_t room, const char *format, ...) { PRINT(vsnprintf(to, room, format, rest)); }
int __fprintf_chk(void *file, int flag, const char *format, ...) { PRINT(vfprintf(file, format, rest)); }
void __syslog_chk(int priority, int flag, const char *format, ...) {}
long __fdelt_chk(long file) { return file / 64; }
extern void longjmp(void *, int);
void __longjmp_chk(void *place, int value) { longjmp(place, value); }
/* Coroutines, which nobody here wants. */
int getcontext(void *context) { return -1; }
int setcontext(const void *context) { return -1; }
void makecontext(void *context, void (*function)(void), int count, ...) {}
/* Not found: the unwinder asks dl_iterate_phdr() then. */
int _dl_find_object(void *address, void *result) { return -1; }
C

# As process 1 of its own world.
within() {
  # shellcheck disable=SC2016 # The inner shell fills in.
  "${way[@]}" unshare --mount --pid --fork --kill-child sh -c '
    tree=$1; shift
    mount -t proc proc "$tree/proc"
    exec chroot "$tree" /tatum-kms "$@"
  ' sh "$tree" "$@"
}
install -d -m 700 "$tree/vault/tokens"
printf 'directories.tokendir = /vault/tokens\nobjectstore.backend = file\n' >"$tree/vault/softhsm2.conf"
sed "s|/vault|$tree/vault|" "$tree/vault/softhsm2.conf" >"$tree/here.conf"
command -v softhsm2-util >/dev/null || apt-get install -y --no-install-recommends softhsm2
SOFTHSM2_CONF="$tree/here.conf" softhsm2-util --init-token --free --label kms --pin 1234 --so-pin 5678 >/dev/null
export SOFTHSM2_CONF=/vault/softhsm2.conf TATUM_KMS_PKCS11_PIN=1234
export TATUM_KMS_PASSWORD="correct horse battery" TATUM_KMS_PATH=/vault/wallet.dat TATUM_API_KEY=key TATUM_API_URL=http://127.0.0.1:9

echo "Musl: $(strings "$tree/lib/ld-musl-$machine.so.1" | grep -m1 -E '^1\.[0-9]+\.[0-9]+$') for $machine."
within --version
within generatemanagedwallet ETH
within generatemanagedkey BTC --pkcs11='pkcs11:token=kms?module-path=/lib/libsofthsm2.so'
within vault verify
within daemon --testnet &
daemon=$!
for _ in $(seq 100); do
  if within health --live >/dev/null 2>&1; then alive=true; break; fi
  sleep 0.2
done
# Below the shell that waits and those that made its world, the last one is the daemon.
last=$daemon
while below=$(pgrep -P "$last"); do last=$below; done
kill -TERM "$last"
wait "$daemon" || true
[ "${alive:-}" = true ] || { echo "Musl: the daemon was not seen alive."; exit 1; }
echo "Musl: the executable works with musl: wallets, the vault, a key in a token, and the daemon as process 1."

#!/usr/bin/env bash
# The executable for musl in a tree that has nothing but musl: `scripts/musl-system.sh [executable]`. The C library is that of Debian's
# package `musl`. A libstdc++ for musl is not in Debian: the one of this system takes its place, and a few functions that it wants
# of glibc are made here. So this shows that the program works with musl, and not how Alpine's libstdc++ does.
# Needs root, gcc, and the network; without root it says that it was skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

executable=${1:-dist/tatum-kms-musl}
if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
  echo "Musl: SKIPPED, because a tree is entered by root."
  exit 0
fi
if [ $# = 0 ]; then npx bun run build --target=linux-x64-musl --outfile="$executable"; fi

tree=$(mktemp -d "${TMPDIR:-/tmp}/musl-system-XXXXXX")
trap 'rm -rf --one-file-system "$tree"' EXIT
chmod 755 "$tree"
mkdir "$tree"/{lib,proc,vault,package}
(cd "$tree/package" && chmod 777 . && apt-get download musl >/dev/null && dpkg -x musl_*.deb .)
cp -L "$tree/package/lib/ld-musl-x86_64.so.1" "$tree/lib/"
ln -s ld-musl-x86_64.so.1 "$tree/lib/libc.musl-x86_64.so.1"
rm -rf "$tree/package"
install -m 755 "$executable" "$tree/tatum-kms"
for library in libstdc++.so.6 libgcc_s.so.1; do cp -L "$(gcc -print-file-name="$library")" "$tree/lib/"; done
# What libstdc++ and libgcc want of glibc and musl does not have.
gcc -shared -fPIC -nostdlib -Wl,-soname,ld-linux-x86-64.so.2 -Wl,--unresolved-symbols=ignore-all \
  -o "$tree/lib/ld-linux-x86-64.so.2" -x c - <<'C'
#include <stddef.h>
extern size_t strftime_l(char *, size_t, const char *, const void *, void *);
extern long getrandom(void *, size_t, unsigned);
char __libc_single_threaded = 0;
struct { unsigned vendor, type, subtype, features[1]; } __cpu_model;
int __cpu_indicator_init(void) { return 0; }
unsigned arc4random(void) { unsigned word = 0; getrandom(&word, sizeof word, 0); return word; }
size_t __strftime_l(char *text, size_t size, const char *format, const void *time, void *locale) {
  return strftime_l(text, size, format, time, locale);
}
int __cxa_thread_atexit_impl(void (*end)(void *), void *object, void *library) { return 0; }
/* Not found: the unwinder asks dl_iterate_phdr() then. */
int _dl_find_object(void *address, void *result) { return -1; }
C

# As process 1 of its own world.
within() {
  # shellcheck disable=SC2016 # The inner shell fills in.
  unshare --mount --pid --fork --kill-child sh -c '
    tree=$1; shift
    mount -t proc proc "$tree/proc"
    exec chroot "$tree" /tatum-kms "$@"
  ' sh "$tree" "$@"
}
export TATUM_KMS_PASSWORD="correct horse battery" TATUM_KMS_PATH=/vault/wallet.dat TATUM_API_KEY=key TATUM_API_URL=http://127.0.0.1:9

echo "Musl: $(chroot "$tree" /lib/ld-musl-x86_64.so.1 2>&1 | sed -n 2p)."
within --version
within generatemanagedwallet ETH
within vault verify
within daemon --testnet &
daemon=$!
for _ in $(seq 100); do
  if within health --live >/dev/null 2>&1; then alive=true; break; fi
  sleep 0.2
done
# The shell that waits, unshare, and the daemon.
kill -TERM "$(pgrep -P "$(pgrep -P "$daemon")")"
wait "$daemon" || true
[ "${alive:-}" = true ] || { echo "Musl: the daemon was not seen alive."; exit 1; }
echo "Musl: the executable works with musl: wallets, the vault, and the daemon as process 1."

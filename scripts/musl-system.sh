#!/usr/bin/env bash
# The executable for musl in a tree that has nothing but musl: `scripts/musl-system.sh [executable] [amd64 or arm64]`. The C library is
# that of Debian's package `musl`. A libstdc++ for musl is not in Debian: the one for glibc takes its place, and a few functions that
# it wants of glibc are made here. So this shows that the program works with musl, and not how Alpine's libstdc++ does. What is for
# another processor than this machine's is run by QEMU, some 20 times slower.
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
  apt-get -qq "${of_processor[@]}" download musl libstdc++6 libgcc-s1
  for package in *.deb; do dpkg-deb --extract "$package" .; done
)
find "$tree/package" \( -name "ld-musl-$machine.so.1" -o -name libstdc++.so.6 -o -name libgcc_s.so.1 \) -exec cp -L {} "$tree/lib/" \;
mv "$tree/lib/libstdc++.so.6" "$tree/lib/libstdc++-for-glibc.so"
ln -s "ld-musl-$machine.so.1" "$tree/lib/libc.musl-$machine.so.1"
rm -rf "$tree/package"
for name in null urandom; do cp -a "/dev/$name" "$tree/dev/"; done
install -m 755 "$executable" "$tree/tatum-kms"
# What libstdc++ and libgcc want of glibc and musl does not have, in a library that stands for libstdc++ and brings the real one. To be
# linked with, an empty one of that name is enough.
link() { "$compiler" -shared -fPIC -nostdlib -Wl,--unresolved-symbols=ignore-all,--no-as-needed "$@"; }
link -Wl,-soname,libstdc++-for-glibc.so -o "$tree/empty.so" -x c /dev/null
ln -s libstdc++.so.6 "$tree/lib/$linker"
link -o "$tree/lib/libstdc++.so.6" "$tree/empty.so" -x c - <<'C'
#include <stddef.h>
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
export TATUM_KMS_PASSWORD="correct horse battery" TATUM_KMS_PATH=/vault/wallet.dat TATUM_API_KEY=key TATUM_API_URL=http://127.0.0.1:9

echo "Musl: $(strings "$tree/lib/ld-musl-$machine.so.1" | grep -m1 -E '^1\.[0-9]+\.[0-9]+$') for $machine."
within --version
within generatemanagedwallet ETH
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
echo "Musl: the executable works with musl: wallets, the vault, and the daemon as process 1."

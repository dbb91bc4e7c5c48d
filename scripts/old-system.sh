#!/usr/bin/env bash
# The executable on a system as old as it promises, with nothing but a token's module: Debian 11 (glibc 2.31) with SoftHSM, its root
# read-only and nothing to run in /tmp: `scripts/old-system.sh [executable] [release of Debian] [amd64 or arm64]`. What is for another
# processor than this machine's is run by QEMU, some 20 times slower.
# Needs root, debootstrap, and the network; without root it says that it was skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

executable=${1:-dist/tatum-kms}
release=${2:-bullseye}
own=$(dpkg --print-architecture)
architecture=${3:-$own}

if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
  echo "Old system: SKIPPED, because a tree of Debian is made and entered by root."
  exit 0
fi
command -v debootstrap >/dev/null || { apt-get update && apt-get install -y --no-install-recommends debootstrap; }

tree=$(mktemp -d "${TMPDIR:-/tmp}/old-system-XXXXXX")
trap 'rm -rf --one-file-system "$tree"' EXIT
chmod 755 "$tree"
# Whose programs do not start here by themselves is only unpacked, and entered as root: its user namespace has nobody else.
foreign=() way=() user=12000 as="--userspec=12000:12000 --groups="
if [ "$architecture" != "$own" ]; then
  foreign=(--foreign) way=(scripts/foreign-processor "$tree") user=0 as=
  command -v qemu-aarch64-static >/dev/null || apt-get install -y --no-install-recommends qemu-user-static
fi
debootstrap --variant=minbase --include=softhsm2 --arch="$architecture" "${foreign[@]}" "$release" "$tree" >"$tree.log" 2>&1 ||
  { tail "$tree.log"; exit 1; }
rm -f "$tree.log"
if [ ${#foreign[@]} != 0 ]; then
  for package in "$tree"/var/cache/apt/archives/*.deb; do dpkg-deb --extract "$package" "$tree"; done
fi
install -D -m 755 "$executable" "$tree/usr/local/bin/tatum-kms"
install -d -m 700 -o "$user" -g "$user" "$tree/vault" "$tree/vault/tokens"
printf 'directories.tokendir = /vault/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' >"$tree/etc/softhsm2.conf"
chmod 644 "$tree/etc/softhsm2.conf"

# Somebody without a home, and where it can be without a name; only /vault can be written to.
within() {
  # shellcheck disable=SC2016 # The inner shell fills in.
  "${way[@]}" unshare --mount --pid --fork sh -c '
    tree=$1 as=$2; shift 2
    mount --rbind "$tree" "$tree"
    mount -t proc proc "$tree/proc"
    mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs "$tree/tmp"
    mount --bind "$tree/vault" "$tree/vault"
    mount -o remount,bind,ro "$tree"
    exec chroot $as "$tree" "$@"
  ' sh "$tree" "$as" env -i PATH=/usr/local/bin:/usr/bin:/bin TATUM_KMS_PASSWORD="correct horse battery" \
    TATUM_KMS_PKCS11_PIN=1234 SOFTHSM2_CONF=/etc/softhsm2.conf "$@"
}

echo "Old system: Debian $release, $(within sh -c 'uname -m; ldd --version | head -n 1' | paste -sd ' ')."
within softhsm2-util --init-token --free --label kms --pin 1234 --so-pin 5678 >/dev/null
within tatum-kms --version
module=$(within sh -c 'ls /usr/lib/*/softhsm/libsofthsm2.so /usr/lib/softhsm/libsofthsm2.so 2>/dev/null | head -n 1')
token="pkcs11:token=kms?module-path=$module"
within tatum-kms generatemanagedwallet ETH --path=/vault/wallet.dat >/dev/null
within tatum-kms generatemanagedkey BTC --path=/vault/wallet.dat --pkcs11="$token"
within tatum-kms vault slot add --path=/vault/wallet.dat --pkcs11="$token" >/dev/null
within tatum-kms vault status --path=/vault/wallet.dat
echo "Old system: the executable works on Debian $release, with a key in a token, without HOME, a writable root and /tmp."

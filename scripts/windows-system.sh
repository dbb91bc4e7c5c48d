#!/usr/bin/env bash
# The executable for Windows, with Wine: `scripts/windows-system.sh [executable]`. The library that Windows takes random bytes from
# (ProcessPrng) is younger than Wine 8, so one is made here that asks Wine for them. Wine is not Windows: what it shows is that
# the program starts there, and makes and reads a vault.
# Needs wine and gcc-mingw-w64-x86-64; without them it says that it was skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

executable=${1:-dist/tatum-kms.exe}
for tool in wine x86_64-w64-mingw32-gcc; do
  if ! command -v "$tool" >/dev/null; then
    echo "Windows: SKIPPED, because there is no $tool."
    exit 0
  fi
done
if [ $# = 0 ]; then npx bun run build --target=windows-x64 --outfile="$executable"; fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/windows-system-XXXXXX")
# Wine's server outlives its last program, and writes once more.
trap 'wineserver -k || true; sleep 1; rm -rf "$folder"' EXIT
export WINEPREFIX="$folder/wine" WINEDEBUG=-all TATUM_KMS_PASSWORD="correct horse battery"
cp "$executable" "$folder/tatum-kms.exe"
x86_64-w64-mingw32-gcc -shared -o "$folder/bcryptprimitives.dll" -x c - -ladvapi32 <<'C'
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T size) { return RtlGenRandom(bytes, (ULONG)size); }
C

kms() { wine "$folder/tatum-kms.exe" "$@" 2>>"$folder/log" || { cat "$folder/log"; exit 1; }; }
kms --version
mkdir -p "$WINEPREFIX/drive_c/kms"
kms generatemanagedwallet ETH '--path=C:\kms\wallet.dat'
kms vault verify '--path=C:\kms\wallet.dat'
echo "Windows: the executable starts with $(wine --version 2>/dev/null), makes a vault and reads it."

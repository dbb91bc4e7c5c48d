#!/usr/bin/env bash
# The unit under a real systemd, as process 1 of a fresh tree of Debian 12: installed by the commands at the unit's head, then started,
# killed, stuck, stopped, and with a password that is wrong: `scripts/systemd-system.sh [executable]`.
# Needs root, debootstrap, a cgroup2 file system, and the network; without them it says that it was skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

executable=${1:-dist/tatum-kms}
release=bookworm
unit=scripts/service/tatum-kms.service
password="correct horse battery"

skip() {
  echo "systemd: SKIPPED, because $1."
  exit 0
}

[ "$(id -u)" = 0 ] || skip "a tree of Debian is made and entered by root"
unshare --mount --pid --cgroup --net true 2>/dev/null || skip "this system does not let root make namespaces"
groups=$(findmnt --noheadings --output TARGET --types cgroup2 | head -n 1)
own="$groups$(sed -n 's/^0:://p' /proc/self/cgroup)"
group="${own%/}/tatum-kms-systemd-$$"
if [ -z "$groups" ] || ! mkdir "$group" 2>/dev/null; then skip "there is no cgroup2 file system that can be written"; fi
command -v debootstrap >/dev/null || { apt-get update && apt-get install -y --no-install-recommends debootstrap; }

tree=$(mktemp -d "${TMPDIR:-/tmp}/systemd-system-XXXXXX")
machine=
finish() {
  [ -z "$machine" ] || kill -KILL "$machine" 2>/dev/null || true
  wait 2>/dev/null || true
  find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
  rm -rf --one-file-system "$tree"
}
trap finish EXIT
chmod 755 "$tree"
debootstrap --variant=minbase --include=systemd-sysv,curl "$release" "$tree" >"$tree.log" 2>&1 || { tail "$tree.log"; exit 1; }
rm -f "$tree.log"
install -m 755 "$executable" "$tree/usr/local/bin/tatum-kms"
# The servers are a sandbox in the same tree, and what waits for a minute waits for six seconds.
sed -e 's|https://approve.example.com/transactions|http://127.0.0.1:3999/sandbox/four-eye --testnet|' -e 's/^WatchdogSec=60$/WatchdogSec=6/' \
  "$unit" >"$tree/etc/systemd/system/tatum-kms.service"

# shellcheck disable=SC2016 # The inner shell fills in.
unshare --mount --pid --ipc --uts --net --fork sh -c '
  tree=$1
  echo $$ >"$2/cgroup.procs"
  exec unshare --cgroup sh -c "
    mount --bind $tree $tree && cd $tree
    mount -t proc proc proc && mount -t sysfs -o ro sysfs sys && mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tmpfs -o mode=755 tmpfs run && mount -t tmpfs -o mode=1777 tmpfs tmp && mount -t tmpfs -o mode=755 tmpfs dev
    mkdir dev/pts dev/shm
    for name in null zero full random urandom tty; do touch dev/\$name; mount --bind /dev/\$name dev/\$name; done
    ln -s /proc/self/fd dev/fd
    mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts && ln -s pts/ptmx dev/ptmx
    pivot_root . mnt && umount --lazy mnt && cd / && mount --make-rshared /
    exec env -i container=other /lib/systemd/systemd --log-target=journal
  "
' sh "$tree" "$group" </dev/null >/dev/null 2>&1 &
parent=$!
until machine=$(pgrep --parent "$parent"); do sleep 0.1; done

within() {
  nsenter --target "$machine" --mount --pid --cgroup --ipc --uts --net --root --wd env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
of_unit() { within systemctl show --value --property="$1" tatum-kms; }
log_of_unit() { within journalctl --unit=tatum-kms --output=cat --no-pager; }
fail() {
  echo "systemd: $1"
  within systemctl status --no-pager tatum-kms || true
  log_of_unit | tail -n 40
  exit 1
}

# Waits half a minute for what a command says; of the unit it is a property.
until_says() {
  local want=$1 end=$((SECONDS + 30))
  shift
  until "$@" 2>/dev/null | grep -qxE "$want"; do
    [ "$SECONDS" -lt "$end" ] || fail "$* does not say $want"
    sleep 0.1
  done
}

until_says "running|degraded" within systemctl is-system-running
echo "systemd: $(within systemctl --version | head -n 1) is process 1 of Debian $release."

# What is installed is what the unit's head says, with the answers of a person.
installed=0
while IFS= read -r line; do
  line=${line%%  *}
  case $line in
    *name=tatum-kms-password*) answer=$password ;;
    *name=env*) answer=$'TATUM_API_KEY=any\nTATUM_API_URL=http://127.0.0.1:3999' ;;
    *generatemanagedwallet*)
      line="env TATUM_KMS_PASSWORD='$password' $line --testnet"
      line=${line/BTC/ETH}
      answer=
      ;;
    *enable*) within systemd-run --quiet --unit=sandbox tatum-kms sandbox --testnet </dev/null && answer= ;;
    *) answer= ;;
  esac
  printf '%s' "$answer" | within sh -c "$line" >/dev/null || fail "the unit's head says: $line"
  installed=$((installed + 1))
done < <(sed -n 's/^#   //p' "$unit")
[ "$installed" -ge 6 ] || fail "the unit's head has no commands"

[ "$(of_unit ActiveState)" = active ] || fail "the unit is not active"
first=$(of_unit MainPID)
environment=$(within sh -c "tr '\\0' '\\n' </proc/$first/environ")
[[ $environment == *TATUM_KMS_PROVIDER=systemd* ]] || fail "the environment of the daemon is not to be read"
[[ $environment != *"$password"* ]] || fail "the password is in the environment"
[ "$(within stat --format=%U "/proc/$first")" = tatum-kms ] || fail "the daemon is not the user tatum-kms"
echo "systemd: installed by the commands at the unit's head; ready after $(within systemd-analyze blame --no-pager | sed -n 's/^ *\(.*\) tatum-kms.service/\1/p')."

wallet=$(within setpriv --reuid=tatum-kms --regid=tatum-kms --clear-groups env TATUM_KMS_PASSWORD="$password" \
  tatum-kms wallet list --json --path=/var/lib/tatum-kms/wallet.dat)
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" <<<"$wallet" | head -n 1; }
within curl --silent --fail --output /dev/null --header 'content-type: application/json' http://127.0.0.1:3999/sandbox/examples \
  --data "{\"chain\":\"ETH\",\"signatureId\":\"$(field signatureId)\",\"address\":\"$(field address)\",\"index\":0}"
is_paid() { within curl --silent http://127.0.0.1:3999/sandbox/transactions | grep -oE '"state":"[a-z]+"'; }
until_says '"state":"done"' is_paid
echo "systemd: a payment was approved, signed and broadcast by the hardened unit."

restarted() { of_unit NRestarts; }
within systemctl kill --signal=KILL tatum-kms
until_says 1 restarted
until_says active of_unit ActiveState
echo "systemd: started anew after it was killed."

within systemctl kill --signal=STOP tatum-kms
until_says 2 restarted
until_says active of_unit ActiveState
# The log is read whole: a reader that ends early would end its writer with an error.
log=$(log_of_unit)
[[ $log == *"Watchdog timeout"* ]] || fail "the watchdog said nothing"
[[ $log != *"has crashed"* ]] || fail "the runtime took the watchdog's signal for a fault of its own"
echo "systemd: started anew after it stood still, by the watchdog."

began=$(date +%s%N)
within systemctl stop tatum-kms
took=$((($(date +%s%N) - began) / 1000000))
[ "$(of_unit Result)" = success ] || fail "it did not end well: $(of_unit Result)"
[ "$took" -lt 2000 ] || fail "it took $took ms to stop"
echo "systemd: stopped within $took ms."

printf 'another password' | within systemd-creds encrypt --name=tatum-kms-password - /etc/tatum-kms/password.cred
within systemctl start tatum-kms 2>/dev/null && fail "it starts with a wrong password"
until_says failed of_unit ActiveState
[ "$(of_unit NRestarts)" = 0 ] || fail "a wrong password is tried again"
[ "$(of_unit ExecMainStatus)" = 77 ] || fail "the status is $(of_unit ExecMainStatus)"
echo "systemd: not started anew with a wrong password (status 77)."

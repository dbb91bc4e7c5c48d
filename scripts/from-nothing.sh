#!/usr/bin/env bash
# The README's first command on a machine that has nothing: a fresh Debian with Node and npm, without compiler, Python, git or
# configuration, as a user and as root: `scripts/from-nothing.sh [release of Debian] [version of Node]`.
# Needs root, debootstrap, and the network; without root it says that it was skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

release=${1:-bookworm}
node=${2:-20}
npm=10

skip() {
  echo "From nothing: SKIPPED, because $1."
  exit 0
}

[ "$(id -u)" = 0 ] || skip "a tree of Debian is made by root"
unshare --mount true 2>/dev/null || skip "this system does not let root mount"
if ! command -v debootstrap >/dev/null; then
  apt-get update && apt-get install -y --no-install-recommends debootstrap
fi

tree=$(mktemp -d "${TMPDIR:-/tmp}/from-nothing-XXXXXX")
trap 'rm -rf --one-file-system "$tree"' EXIT
# The tree is the whole world of whoever is in it.
chmod 755 "$tree"

echo "From nothing: Debian $release with Node $node and npm $npm."
debootstrap --variant=minbase "$release" "$tree" >"$tree.log" 2>&1 || { tail "$tree.log"; exit 1; }
rm -f "$tree.log"

# Node and npm as the registry has them: they bring nothing else.
case $(uname -m) in x86_64) processor=x64 ;; aarch64) processor=arm64 ;; esac
packages="$tree/packages"
mkdir -p "$packages/node" "$tree/usr/local/lib/node_modules/npm"
npm pack --silent --pack-destination "$packages" "node-linux-$processor@$node" "npm@$npm" >/dev/null
tar -xzf "$packages"/node-linux-*.tgz -C "$packages/node" --strip-components=1
install -m 755 "$packages/node/bin/node" "$tree/usr/local/bin/node"
tar -xzf "$packages"/npm-*.tgz -C "$tree/usr/local/lib/node_modules/npm" --strip-components=1
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$tree/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$tree/usr/local/bin/npx"
chmod +x "$tree/usr/local/lib/node_modules/npm/bin/npm-cli.js" "$tree/usr/local/lib/node_modules/npm/bin/npx-cli.js"
rm -r "$packages"

# The way out is that of this machine: names, a proxy, certificates of a proxy.
cp --dereference /etc/resolv.conf /etc/hosts "$tree/etc/"
outside=(NODE_EXTRA_CA_CERTS=)
if [ -f "${NODE_EXTRA_CA_CERTS:-}" ]; then
  install -D -m 644 "$NODE_EXTRA_CA_CERTS" "$tree/etc/ssl/certs/outside.crt"
  outside=(NODE_EXTRA_CA_CERTS=/etc/ssl/certs/outside.crt)
fi
for name in HTTPS_PROXY HTTP_PROXY NO_PROXY https_proxy http_proxy no_proxy npm_config_registry; do
  [ -z "${!name:-}" ] || outside+=("$name=${!name}")
done

for tool in cc gcc g++ make python3 git curl; do
  if chroot "$tree" sh -c "command -v $tool" >/dev/null; then
    echo "From nothing: the tree has $tool, so it would prove nothing."
    exit 1
  fi
done
chroot "$tree" useradd --no-create-home --uid 12000 somebody

# As it was cloned, but without what git knows; what npm has downloaded before need not be downloaded again.
downloads=$(npm config get cache)
prepare() {
  local owner=$1 home=$2
  rm -rf "$tree/project" "$tree/npm-cache" "${tree:?}$home"
  mkdir -p "$tree/project" "$tree/npm-cache" "$tree$home"
  tar -c --exclude=./node_modules --exclude=./dist --exclude=./.git . | tar -x -C "$tree/project"
  if [ -d "$downloads/_cacache" ]; then cp -r "$downloads/_cacache" "$tree/npm-cache/"; fi
  chown -R "$owner:$owner" "$tree/project" "$tree/npm-cache" "$tree$home"
}

follow_readme() {
  local owner=$1 home=$2
  echo "From nothing: npm run quickstart, uid $owner."
  prepare "$owner" "$home"
  # shellcheck disable=SC2016 # The inner shell fills in.
  unshare --mount --pid --fork sh -c '
    tree=$1; owner=$2; shift 2
    mount -t proc proc "$tree/proc"
    exec chroot --userspec="$owner:$owner" --groups= "$tree" "$@"
  ' sh "$tree" "$owner" env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$home" CC=/bin/false CXX=/bin/false \
    npm_config_cache=/npm-cache "${outside[@]}" sh -c 'cd /project && npm run quickstart'
}

follow_readme 12000 /home/somebody
follow_readme 0 /root
echo "From nothing: npm run quickstart works on Debian $release with Node $node, as a user and as root."

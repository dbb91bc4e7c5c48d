#!/usr/bin/env bash
# The README's first command on machines that have nothing: fresh trees of Debian with Node and npm, without compiler, Python, git or
# configuration, as a user and as root:
#   scripts/from-nothing.sh [releases of Debian] [versions of Node]
#   scripts/from-nothing.sh "bullseye bookworm trixie" "18 20 22 24"
# With FROM_NOTHING_PROXY=true the trees have no way out but a proxy, and nothing was downloaded before; with
# FROM_NOTHING_COMMAND="npm test ..." they run that instead, as root.
# Needs root, debootstrap, and the network; without root it says that it was skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

read -ra releases <<<"${1:-bookworm}"
read -ra nodes <<<"${2:-20}"
behind_proxy=${FROM_NOTHING_PROXY:-false}
command=${FROM_NOTHING_COMMAND:-npm run quickstart}

skip() {
  echo "From nothing: SKIPPED, because $1."
  exit 0
}

[ "$(id -u)" = 0 ] || skip "a tree of Debian is made by root"
unshare --mount true 2>/dev/null || skip "this system does not let root mount"
if ! command -v debootstrap >/dev/null; then
  apt-get update && apt-get install -y --no-install-recommends debootstrap
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/from-nothing-XXXXXX")
proxy=
trap 'rm -rf --one-file-system "$work"; [ -z "$proxy" ] || kill "$proxy"' EXIT
# A tree is the whole world of whoever is in it.
chmod 755 "$work"

if [ "$behind_proxy" = true ]; then
  node scripts/connect-proxy.mjs listen "$work/proxy.sock" >"$work/proxy.log" &
  proxy=$!
  until [ -S "$work/proxy.sock" ]; do sleep 0.1; done
fi

# The way out is that of this machine: names, a proxy, certificates of a proxy; or the proxy of connect-proxy.mjs alone.
outside=(NODE_EXTRA_CA_CERTS=)
if [ -f "${NODE_EXTRA_CA_CERTS:-}" ]; then outside=(NODE_EXTRA_CA_CERTS=/etc/ssl/certs/outside.crt); fi
if [ -n "$proxy" ]; then
  outside+=(HTTP_PROXY=http://127.0.0.1:3128 HTTPS_PROXY=http://127.0.0.1:3128)
else
  for name in HTTPS_PROXY HTTP_PROXY NO_PROXY https_proxy http_proxy no_proxy; do
    [ -z "${!name:-}" ] || outside+=("$name=${!name}")
  done
fi
[ -z "${npm_config_registry:-}" ] || outside+=("npm_config_registry=$npm_config_registry")

make_tree() {
  local release=$1 tree="$work/$1" tool
  debootstrap --variant=minbase "$release" "$tree" >"$work/log" 2>&1 || { tail "$work/log"; exit 1; }
  cp --dereference /etc/resolv.conf /etc/hosts "$tree/etc/"
  if [ -f "${NODE_EXTRA_CA_CERTS:-}" ]; then
    install -D -m 644 "$NODE_EXTRA_CA_CERTS" "$tree/etc/ssl/certs/outside.crt"
  fi
  for tool in cc gcc g++ make python3 git curl; do
    if chroot "$tree" sh -c "command -v $tool" >/dev/null; then
      echo "From nothing: the tree has $tool, so it would prove nothing."
      exit 1
    fi
  done
  chroot "$tree" useradd --no-create-home --uid 12000 somebody
}

# Node as the registry has it, and the npm that this Node comes with: they bring nothing else.
install_node() {
  local tree=$1 node=$2 npm=10 processor packages="$1/packages" programs="$1/usr/local/bin"
  local modules="$1/usr/local/lib/node_modules"
  case $(uname -m) in x86_64) processor=x64 ;; aarch64) processor=arm64 ;; esac
  if [ "$node" -ge 24 ]; then npm=11; fi
  rm -rf "$modules/npm" "$programs"/{node,npm,npx}
  mkdir -p "$packages/node" "$modules/npm"
  npm pack --silent --pack-destination "$packages" "node-linux-$processor@$node" "npm@$npm" >/dev/null
  tar -xzf "$packages"/node-linux-*.tgz -C "$packages/node" --strip-components=1
  install -m 755 "$packages/node/bin/node" "$programs/node"
  tar -xzf "$packages"/npm-*.tgz -C "$modules/npm" --strip-components=1
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$programs/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$programs/npx"
  chmod +x "$modules/npm/bin/npm-cli.js" "$modules/npm/bin/npx-cli.js"
  rm -r "$packages"
}

# As it was cloned, but without what git knows. What npm has downloaded before need not be downloaded again, unless it is the proxy
# that is tried.
downloads=$(npm config get cache)
prepare() {
  local tree=$1 owner=$2 home=$3
  rm -rf "$tree/project" "${tree:?}$home"
  mkdir -p "$tree/project" "$tree/npm-cache" "$tree$home"
  tar -c --exclude=./node_modules --exclude=./dist --exclude=./.git . | tar -x -C "$tree/project"
  if [ -n "$proxy" ]; then
    rm -rf "$tree/npm-cache/_cacache"
  elif [ -d "$downloads/_cacache" ] && [ ! -d "$tree/npm-cache/_cacache" ]; then
    cp -r "$downloads/_cacache" "$tree/npm-cache/"
  fi
  chown -R "$owner:$owner" "$tree/project" "$tree/npm-cache" "$tree$home"
}

enter() {
  local tree=$1 owner=$2 home=$3 spaces=(--mount --pid) way=()
  if [ -n "$proxy" ]; then
    spaces+=(--net)
    way=(node scripts/connect-proxy.mjs relay "$work/proxy.sock" 3128)
  fi
  # shellcheck disable=SC2016 # The inner shell fills in.
  unshare "${spaces[@]}" --fork sh -c '
    tree=$1; shift
    mount -t proc proc "$tree/proc"
    mkdir -p "$tree/dev/pts"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$tree/dev/pts"
    ln -sf pts/ptmx "$tree/dev/ptmx"
    ip link set lo up 2>/dev/null
    exec "$@"
  ' sh "$tree" "${way[@]}" chroot --userspec="$owner:$owner" --groups= "$tree" \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" CC=/bin/false CXX=/bin/false \
    npm_config_cache=/npm-cache "${outside[@]}" sh -c "cd /project && $command"
}

failed=0
table=()
follow_readme() {
  local release=$1 node=$2 owner=$3 home=$4 tree="$work/$1" outcome=works began=$SECONDS
  echo "From nothing: $command on Debian $release with Node $node, uid $owner."
  prepare "$tree" "$owner" "$home"
  if [ -n "$proxy" ]; then : >"$work/proxy.log"; fi
  enter "$tree" "$owner" "$home" || { outcome=FAILS; failed=1; }
  if [ -n "$proxy" ]; then outcome="$outcome, $(wc -l <"$work/proxy.log") connections by the proxy"; fi
  table+=("Debian $release, Node $node, uid $owner: $outcome, $((SECONDS - began)) s")
}

for release in "${releases[@]}"; do
  make_tree "$release"
  for node in "${nodes[@]}"; do
    install_node "$work/$release" "$node"
    if [ -z "${FROM_NOTHING_COMMAND:-}" ]; then follow_readme "$release" "$node" 12000 /home/somebody; fi
    follow_readme "$release" "$node" 0 /root
  done
  rm -rf --one-file-system "${work:?}/$release"
done
printf 'From nothing: %s\n' "${table[@]}"
exit "$failed"

#!/usr/bin/env bash
# Builds signaling/Dockerfile without a Docker engine or registry, and runs what was built as docker-compose.yml would:
# read-only, as user 1000, without capabilities. Checks /healthz, the page, the image's own health check, what is in
# the image, and that SIGTERM ends it. Takes some minutes and 3 GB below $TMPDIR, and removes both when done.
#
#   e2e/docker/verify-image.sh [BASE]
#
# Needs root, buildah, and an installed project (npm ci). BASE is a folder with a Debian root file system that stands
# in for the base image; without it debootstrap makes one. The runtime pinned in package.json and this machine's npm
# are put into a copy of it.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tag=docker.io/library/node:24-slim
port=${PORT:-8611}

fail() { echo "verify-image: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail 'needs root, to make and enter root file systems'
command -v buildah >/dev/null || fail 'needs buildah (Debian: apt-get install buildah)'
[ -x "$top/node_modules/node/bin/node" ] || fail 'needs the pinned runtime: run npm ci first'

scratch=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then kill -KILL "$server" 2>/dev/null || true; fi
  builder umount --all >/dev/null 2>&1 || true
  rm -rf --one-file-system "$scratch"
}
trap finish EXIT
builder() {
  timeout 1200 buildah --root "$scratch/storage" --runroot "$scratch/run" --storage-driver vfs "$@"
}

base=$scratch/base
if [ $# -gt 0 ]; then
  cp -a "$1" "$base"
else
  command -v debootstrap >/dev/null || fail 'needs debootstrap, or a root file system as its argument'
  timeout 600 debootstrap --variant=minbase --include=ca-certificates bookworm "$base" >"$scratch/log" ||
    { tail -n 5 "$scratch/log"; fail 'no base system'; }
fi
cp "$top/node_modules/node/bin/node" "$base/usr/local/bin/node"
mkdir -p "$base/usr/local/lib/node_modules"
cp -aL "$(npm root -g)/npm" "$base/usr/local/lib/node_modules/npm"
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$base/usr/local/bin/npm"
chroot "$base" sh -c 'getent passwd 1000 >/dev/null || useradd --uid 1000 --user-group --create-home node'
# What this machine trusts, the build must too.
cp -L /etc/ssl/certs/ca-certificates.crt "$base/etc/ssl/certs/ca-certificates.crt"

container=$(builder from scratch)
builder add --quiet "$container" "$base" / >/dev/null
builder config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  ${NODE_EXTRA_CA_CERTS:+--env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt} "$container"
builder commit --quiet --rm "$container" "$tag" >/dev/null
rm -rf "$base"

echo 'Building the image…'
builder bud --isolation chroot --pull-never --format docker --file "$top/signaling/Dockerfile" --tag snug "$top" \
  >"$scratch/build.log" 2>&1 || { tail -n 30 "$scratch/build.log"; fail 'the image does not build'; }

of_image() { builder inspect --type image --format "{{$1}}" snug; }
[ "$(of_image .Docker.Config.User)" = 1000:1000 ] || fail 'the image runs as root'
[ "$(of_image .Docker.Config.StopSignal)" = SIGTERM ] || fail 'no stop signal'
container=$(builder from --pull-never snug)
image=$(builder mount "$container")
for unwanted in vite vitest typescript node @biomejs playwright-core @automerge solid-js; do
  [ ! -e "$image/snug/node_modules/$unwanted" ] || fail "the image holds $unwanted, which only the build needs"
done
[ -z "$(find "$image/snug" -name '*.test.ts*' -not -path '*/node_modules/*')" ] || fail 'the image holds tests'
echo "In the image beside its base: $(du -sh "$image/snug" | cut -f1)," \
  "of which node_modules $(du -sh "$image/snug/node_modules" | cut -f1)"

# As compose runs it: as process 1, nothing can be written, no capability and no way to any.
inside() {
  exec unshare --mount --pid --fork --kill-child bash -euc '
    image=$1; port=$2; shift 2
    mount --bind "$image" "$image"
    mount --rbind /dev "$image/dev"
    mount -t proc proc "$image/proc"
    mount -o remount,bind,ro "$image"
    cd "$image/snug"
    exec chroot "$image" env -i --chdir=/snug PATH=/usr/local/bin:/usr/bin:/bin NODE_ENV=production \
      PORT="$port" STUN_PORT=0 setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs \
      --inh-caps=-all --ambient-caps=-all --bounding-set=-all "$@"
  ' inside "$image" "$port" "$@"
}
# Prints, one argument a line, what the image runs: its Cmd or its Healthcheck.
words_of() {
  builder inspect --type image snug | node -e '
    const config = JSON.parse(require("fs").readFileSync(0, "utf8")).Docker.config;
    const words = process.argv[1] === "Cmd" ? config.Cmd : config.Healthcheck.Test.slice(1);
    process.stdout.write(words.map((word) => `${word}\n`).join(""));' "$1"
}
mapfile -t command < <(words_of Cmd)
mapfile -t health < <(words_of Healthcheck)

inside "${command[@]}" >"$scratch/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do
  curl -fs "localhost:$port/healthz" >/dev/null && break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.2
done
curl -fs "localhost:$port/healthz" || { cat "$scratch/server.log"; fail 'the server does not answer'; }
echo
page=$(curl -fs "localhost:$port/") || fail 'no page'
grep -qi '<html' <<<"$page" || fail 'no page'
script=$(grep -o 'assets/[^"]*\.js' <<<"$page" | head -n 1)
curl -fs -o "$scratch/script.js" "localhost:$port/$script" || fail 'the page lacks its script'
(inside "${health[@]}") || fail 'the health check fails beside a healthy server'
(port=1 && inside "${health[@]}") && fail 'the health check succeeds without a server'

began=$(date +%s%N)
kill -TERM "$(pgrep -P "$server")"
for _ in $(seq 50); do kill -0 "$server" 2>/dev/null || break; sleep 0.2; done
kill -0 "$server" 2>/dev/null && fail 'SIGTERM does not end it'
wait "$server" && code=0 || code=$?
[ "$code" = 0 ] || fail "it ended with $code"
server=
echo "Verified: built, served, healthy, stopped in $((($(date +%s%N) - began) / 1000000)) ms."

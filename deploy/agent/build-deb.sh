#!/usr/bin/env bash
# Builds the agent's Debian package with dpkg-deb alone.
# Usage: deploy/agent/build-deb.sh [--binary FILE] [--output DIR]
# Without --binary the release build is made first. The last line of stdout is the package's path.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/lib/prepare.sh
source deploy/lib/prepare.sh

binary='' output=${CARGO_TARGET_DIR:-$PWD/target}/debian
while (($#)); do
  case $1 in
  --binary) binary=${2:?--binary needs a file}; shift 2 ;;
  --output) output=${2:?--output needs a folder}; shift 2 ;;
  *) fail "unknown argument $1 (known: --binary FILE, --output DIR)" ;;
  esac
done
command -v dpkg-deb >/dev/null || fail "dpkg-deb is missing: this builds Debian packages on Debian"
if [[ -z $binary ]]; then
  say "building the agent"
  cargo build --release --locked -p hashimori-agent >&2
  binary=${CARGO_TARGET_DIR:-$PWD/target}/release/hashimori-agent
fi
[[ -x $binary ]] || fail "$binary is not a program"

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
architecture=$(dpkg --print-architecture)
# The oldest C library that has every symbol the program asks for.
glibc=$(grep -aoE 'GLIBC_[0-9]+\.[0-9]+' "$binary" | sed 's/GLIBC_//' | sort -uV | tail -n1)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

install -D -m 0755 "$binary" "$tree/usr/bin/hashimori-agent"
install -D -m 0644 -t "$tree/usr/lib/systemd/system" deploy/agent/hashimori-agent.{service,path}
install -D -m 0600 -t "$tree/etc/hashimori-agent" deploy/agent/agent.toml
install -D -m 0644 LICENSE "$tree/usr/share/doc/hashimori-agent/copyright"
install -d -m 0755 "$tree/DEBIAN"
chmod 0755 "$tree" "$tree/etc/hashimori-agent"
printf '/etc/hashimori-agent/agent.toml\n' >"$tree/DEBIAN/conffiles"
cat >"$tree/DEBIAN/control" <<EOF
Package: hashimori-agent
Version: $version
Architecture: $architecture
Section: admin
Priority: optional
Maintainer: Hashimori <hashimori@example.invalid>
Installed-Size: $(du -k -s --apparent-size "$tree" | cut -f1)
Depends: libc6 (>= ${glibc:-2.36}), libgcc-s1
Description: read-only device-compliance agent
 Reads how this device is set up (screen lock, updates, antivirus, passwords)
 and tells its one collector over mutually authenticated TLS. It changes
 nothing, takes no commands and shows the person at the device what it sends.
EOF
install -m 0755 deploy/agent/debian/{postinst,prerm,postrm} "$tree/DEBIAN"
find "$tree" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 1767225600)}" {} +

mkdir -p "$output"
package=$output/hashimori-agent_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$tree" "$package" >&2
say "$package: $(stat -c %s "$package") bytes"
printf '%s\n' "$package"

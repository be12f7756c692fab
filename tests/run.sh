#!/usr/bin/env bash
# Every test of the workspace, with format and lints. Installs what the tests need, and says what.
# Usage: tests/run.sh [ARGUMENTS FOR `cargo test`…]. Run again at will; nothing is installed twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/prepare.sh
source deploy/lib/prepare.sh
[[ ${CI:-} ]] && ASSUME_YES=1

AXE_VERSION=4.14.1
started=$SECONDS
step() { say "[$(((SECONDS - started) / 60)) min] $*"; }

step "looking for what the tests need"
# PostgreSQL and Chromium are driven for real; xfsprogs cuts the power of an ext4 image; strace and libfaketime watch and mislead the agent.
ensure_packages "${BUILD_PACKAGES[@]}" git postgresql chromium chromium-driver xfsprogs e2fsprogs mount strace systemd \
  haproxy nginx libnginx-mod-stream dconf-cli libglib2.0-bin sqlite3 fonts-noto-cjk libfaketime shellcheck procps util-linux
ensure_rust "$(rust_version Cargo.toml)"

target=${CARGO_TARGET_DIR:-$PWD/target}
axe=$target/npm/node_modules/axe-core/axe.min.js
command -v npm >/dev/null || ensure_packages npm
if ! grep -qs "axe v$AXE_VERSION" "$axe"; then
  step "fetching axe-core $AXE_VERSION from npm into $target/npm"
  mkdir -p "$target/npm"
  npm install --silent --no-audit --no-fund --ignore-scripts --no-save --prefix "$target/npm" "axe-core@$AXE_VERSION" >&2 ||
    fail "npm could not fetch axe-core $AXE_VERSION"
fi
export HASHIMORI_AXE=$axe

step "format"
cargo fmt --all --check
step "shell scripts"
mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
shellcheck -x "${scripts[@]}"
step "design tokens"
server/assets/make-tokens.sh --check
step "lints"
cargo clippy --workspace --all-targets --locked -- -D warnings
step "an agent for a platform without probes"
cargo clippy -p hashimori-agent --features none-platform --locked -- -D warnings
cargo test -p hashimori-agent --features none-platform --locked --lib
step "programs"
cargo build --workspace --bins --locked
export HASHIMORI_PROGRAMS=$target/debug
step "tests"
results=$target/test-results.txt
outcome=0
cargo test --workspace --lib --bins --tests --locked --no-fail-fast "$@" 2>&1 | tee "$results" || outcome=$?
step "the device port on PostgreSQL"
"$HASHIMORI_PROGRAMS/hashimori-with-postgres" cargo test -p hashimori-server --locked --test device_port 2>&1 | tee -a "$results" || outcome=$?
step "done, all of it passed if the last line says so"
awk '/^test result:/ { for (i = 2; i <= NF; i++) { if ($i == "passed;") p += $(i - 1); if ($i == "failed;") f += $(i - 1) } }
  END { printf "%d passed, %d failed\n", p, f }' "$results"
exit "$outcome"

#!/usr/bin/env bash
# Every test of the workspace, with format and lints. Installs what the tests need, and says what.
# Usage: tests/run.sh [ARGUMENTS FOR `cargo test`…]. Run again at will; nothing is installed twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/lib/prepare.sh
source deploy/lib/prepare.sh
[[ ${CI:-} ]] && ASSUME_YES=1

AXE_VERSION=4.14.1
# A local OpenID provider for the sign-in tests; the newest line that runs on the Node.js of Debian 12.
OIDC_PROVIDER_VERSION=8.8.1
# A local mail server for the mail tests; likewise.
SMTP_SERVER_VERSION=3.19.7
started=$SECONDS
step() { say "[$(((SECONDS - started) / 60)) min] $*"; }

step "looking for what the tests need"
# PostgreSQL and Chromium are driven for real; xfsprogs cuts the power of an ext4 image; strace and libfaketime watch and mislead the
# programs; dbus-daemon is a bus for a desktop that is played and for a real keyring.
ensure_packages "${BUILD_PACKAGES[@]}" git postgresql chromium chromium-driver xfsprogs e2fsprogs mount strace systemd \
  haproxy nginx libnginx-mod-stream dconf-cli libglib2.0-bin sqlite3 fonts-noto-cjk libfaketime dbus-daemon gnome-keyring shellcheck \
  procps util-linux
ensure_rust "$(rust_version Cargo.toml)"

target=${CARGO_TARGET_DIR:-$PWD/target}
modules=$target/npm/node_modules
command -v npm >/dev/null || ensure_packages npm
if ! grep -qs "\"version\": \"$AXE_VERSION\"" "$modules/axe-core/package.json" ||
  ! grep -qs "\"version\": \"$OIDC_PROVIDER_VERSION\"" "$modules/oidc-provider/package.json" ||
  ! grep -qs "\"version\": \"$SMTP_SERVER_VERSION\"" "$modules/smtp-server/package.json"; then
  step "fetching axe-core $AXE_VERSION, oidc-provider $OIDC_PROVIDER_VERSION and smtp-server $SMTP_SERVER_VERSION from npm into $target/npm"
  mkdir -p "$target/npm"
  npm install --silent --no-audit --no-fund --ignore-scripts --no-save --prefix "$target/npm" \
    "axe-core@$AXE_VERSION" "oidc-provider@$OIDC_PROVIDER_VERSION" "smtp-server@$SMTP_SERVER_VERSION" >&2 ||
    fail "npm could not fetch axe-core, oidc-provider and smtp-server"
fi
# A whole run gains nothing from incremental state, which takes gigabytes.
export CARGO_INCREMENTAL=${CARGO_INCREMENTAL:-0}
export HASHIMORI_AXE=$modules/axe-core/axe.min.js HASHIMORI_OIDC_PROVIDER=$modules/oidc-provider/lib/index.js
export HASHIMORI_SMTP_SERVER=$modules/smtp-server/lib/smtp-server.js

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
results=$target/test-results.txt outcome=0
# What could not be tried here: each test adds a line (tests/src/skipped.rs), for the harness keeps the words of a test that passes.
export HASHIMORI_SKIPS=$target/test-skips.txt
: >"$HASHIMORI_SKIPS"
# Every page as the browser tests saw it.
export HASHIMORI_SCREENSHOTS=${HASHIMORI_SCREENSHOTS:-$target/screenshots}
# bounded MINUTES COMMAND…: a test that hangs ends the run instead of holding it for ever.
bounded() {
  local minutes=$1 ended=0
  shift
  timeout --kill-after=30 "${minutes}m" "$@" </dev/null 2>&1 | tee -a "$results" || ended=$?
  ((ended != 124 && ended != 137)) || say "ended after $minutes minutes: something hung"
  ((ended == 0)) || outcome=$ended
}
: >"$results"
bounded 50 cargo test --workspace --lib --bins --tests --locked --no-fail-fast "$@"
step "the device port on PostgreSQL"
# The whole workspace asked, so that nothing is built again with other features.
bounded 15 "$HASHIMORI_PROGRAMS/hashimori-with-postgres" cargo test --workspace --locked --test device_port
if [[ -s $HASHIMORI_SKIPS ]]; then
  step "not tried here, each line a test or a part of one: $(sort -u "$HASHIMORI_SKIPS" | wc -l)"
  sort -u "$HASHIMORI_SKIPS"
fi
step "pictures of the pages are in $HASHIMORI_SCREENSHOTS"
step "done, all of it passed if the last line says so"
# Whatever ended badly without a failed test to show for it (a hang, a build that broke) counts as one.
awk -v outcome="$outcome" '/^test result:/ { for (i = 2; i <= NF; i++) { if ($i == "passed;") p += $(i - 1); if ($i == "failed;") f += $(i - 1) } }
  END { if (outcome && !f) f = 1; printf "%d passed, %d failed\n", p, f }' "$results"
exit "$outcome"

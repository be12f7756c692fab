# shellcheck shell=bash
# What the scripts share: saying what happens, and installing what is missing. Sourced, never run.
# Set ASSUME_YES=1 to be asked nothing; root is asked nothing either.

say() { printf '== %s\n' "$*" >&2; }
fail() { printf '!! %s\n' "$*" >&2; exit 1; }

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "'$*' needs root: run this as root, or install sudo"
  fi
}

# Asks before something is installed, unless nobody wants to be asked.
consent() {
  if ((EUID == 0)) || [[ ${ASSUME_YES:-0} == 1 ]]; then return 0; fi
  [[ -t 0 ]] || fail "$1 would have to be installed: run again with --yes, or as root"
  local answer
  read -r -p "Install $1? [y/N] " answer
  [[ $answer == [yY]* ]] || fail "not installed: $1"
}

# ensure_packages PACKAGE…: Debian packages, only those that are missing.
ensure_packages() {
  local package missing=()
  if ! command -v dpkg-query >/dev/null; then
    say "this is not Debian; taking for granted that these are here: $*"
    return 0
  fi
  for package in "$@"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  consent "the Debian packages ${missing[*]}"
  say "installing the Debian packages ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "${missing[@]}" >&2 ||
    fail "apt-get could not install ${missing[*]}; its message is above"
}

# ensure_rust: a toolchain at least as new as Cargo.toml's rust-version, which is $1 (major.minor).
ensure_rust() {
  local wanted=$1 have
  export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
  have=$(cargo --version 2>/dev/null | sed -n 's/^cargo \([0-9]*\.[0-9]*\).*/\1/p') || have=
  if [[ -n $have && $(printf '%s\n%s\n' "$wanted" "$have" | sort -V | head -n1) == "$wanted" ]]; then return 0; fi
  consent "Rust $wanted or newer (found: ${have:-none}) through rustup, for this account only"
  if ! command -v rustup >/dev/null; then
    say "installing rustup for this account"
    if apt-cache show rustup >/dev/null 2>&1; then
      ensure_packages rustup
    else
      ensure_packages curl ca-certificates
      curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --no-modify-path --profile minimal >&2 ||
        fail "rustup could not be fetched: install Rust $wanted or newer yourself and run this again"
    fi
  fi
  say "installing the stable Rust toolchain"
  rustup toolchain install stable --profile minimal --component clippy --component rustfmt >&2 ||
    fail "rustup could not install a toolchain: install Rust $wanted or newer yourself and run this again"
  rustup default stable >&2
}

# rust_version FILE: the workspace's rust-version.
rust_version() { sed -n 's/^rust-version *= *"\([0-9.]*\)".*/\1/p' "$1" | head -n1; }

# What any build needs: a C compiler for SQLite, zstd and the cryptography.
# shellcheck disable=SC2034 # used by the scripts that source this
BUILD_PACKAGES=(gcc libc6-dev pkg-config ca-certificates)

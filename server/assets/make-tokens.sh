#!/usr/bin/env bash
# Makes tokens.css from the design tokens of デジタル庁デザインシステム (npm @digital-go-jp/design-tokens, MIT): those that style.css names.
# Usage: server/assets/make-tokens.sh [--check]. Only whoever changes the design runs this; building and running need no npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
version=1.1.9

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "@digital-go-jp/design-tokens@$version" >/dev/null && tar -xzf ./*.tgz)
all=$work/package/dist/tokens.css

# A token may stand for another one, which has to come along.
wanted=$(grep -oE 'var\(--(color|font|line-height|border-radius|elevation)-[a-z0-9-]+' style.css | sed 's/^var(//' | sort -u)
while :; do
  more=$(grep -F -f <(while read -r token; do echo "$token:"; done <<<"$wanted") "$all" | grep -oE 'var\(--[a-z0-9-]+' | sed 's/^var(//' || true)
  next=$(sort -u <<<"$wanted"$'\n'"$more" | sed '/^$/d')
  [[ $next == "$wanted" ]] && break
  wanted=$next
done
{
  printf '/* Design tokens of デジタル庁デザインシステム %s, made by make-tokens.sh. MIT License, Copyright (c) 2023 デジタル庁. */\n:root {\n' "$version"
  while read -r token; do
    grep -E "^ *$token:" "$all" || { echo "make-tokens.sh: the design system has no token $token" >&2; exit 1; }
  done <<<"$wanted"
  printf '}\n'
} >"$work/tokens.css"

if [[ ${1:-} == --check ]]; then
  cmp "$work/tokens.css" tokens.css || { echo "make-tokens.sh: tokens.css is not what style.css and version $version make: run this script" >&2; exit 1; }
else
  cp "$work/tokens.css" tokens.css
fi

#!/usr/bin/env bash
# What the agent costs a device, measured in the same run as Debian's prometheus-node-exporter and fusioninventory-agent.
# Usage: tests/bench/agent-footprint.sh [--yes] [--check]     --check: exit 1 when a limit is missed
# Installs those two packages if they are missing (--yes or root: asks nothing). Takes about three minutes after the builds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=deploy/lib/prepare.sh
source deploy/lib/prepare.sh

check=0
for argument; do
  case $argument in
  --yes) ASSUME_YES=1 ;;
  --check) check=1 ;;
  *) fail "unknown argument $argument (known: --yes, --check)" ;;
  esac
done

ensure_packages prometheus-node-exporter fusioninventory-agent gawk
target=${CARGO_TARGET_DIR:-$PWD/target}
say "building the agent and the collector it talks to here"
cargo build --release --locked -p hashimori-agent >&2
cargo build --locked -p hashimori-agent --example scripted_collector >&2
agent=$target/release/hashimori-agent

work=$(mktemp -d)
pids=()
finish() {
  ((${#pids[@]})) && kill "${pids[@]}" 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT
export HASHIMORI_STATE=$work/state HASHIMORI_PROXY=none

# memory PID: "PSS RSS" in KiB.
memory() { awk '/^Rss:/ {r = $2} /^Pss:/ {p = $2} END {print p, r}' "/proc/$1/smaps_rollup"; }
# switches PID: how often its threads went to sleep by themselves or were put aside, so far.
switches() { awk '/ctxt_switches/ {n += $2} END {print n}' "/proc/$1"/task/*/status; }
# cpu_ms COMMAND…: user and system time of one run, children included, in milliseconds.
cpu_ms() {
  local TIMEFORMAT='%3U %3S'
  { time "$@" >/dev/null 2>&1; } 2>&1 | awk 'END {printf "%.0f\n", ($1 + $2) * 1000}'
}
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
requests() { grep -c "^$1 " "$work/collector" || true; }

"$target/debug/examples/scripted_collector" >"$work/collector" &
pids+=($!)
until (($(wc -l <"$work/collector") >= 2)); do sleep 0.1; done
sed -n 2p "$work/collector" | "$agent" enroll --server "$(sed -n 1p "$work/collector")" >&2
for _ in 1 2 3 4; do "$agent" check-in >&2; done
mapfile -t bodies < <(awk '$1 == "/v1/check-in" {print $2}' "$work/collector")
full=$(printf '%s\n' "${bodies[@]}" | sort -n | tail -n1)
unchanged=$(printf '%s\n' "${bodies[@]}" | sort -n | head -n1)

say "the daemon makes one check-in, then idles beside prometheus-node-exporter"
before=$(requests /v1/check-in)
"$agent" run 2>"$work/log" &
daemon=$!
prometheus-node-exporter --web.listen-address=127.0.0.1:19100 2>/dev/null &
exporter=$!
pids+=("$daemon" "$exporter")
for ((i = 0; i < 1200 && $(requests /v1/check-in) == before; i++)); do sleep 0.1; done
(($(requests /v1/check-in) > before)) || fail "the daemon did not check in: $(cat "$work/log")"
sleep 5
wakeups=$(switches "$daemon")
sleep 15
wakeups=$(($(switches "$daemon") - wakeups))
read -r pss rss < <(memory "$daemon")
read -r exporter_pss exporter_rss < <(memory "$exporter")

say "one full report beside one fusioninventory-agent run, medians of 5 and 3"
report_ms=$(for _ in 1 2 3 4 5; do cpu_ms "$agent" report --json; done | median)
mkdir "$work/inventory"
inventory_ms=$(for _ in 1 2 3; do cpu_ms fusioninventory-agent --local="$work/inventory" --force; done | median)
binary=$(stat -c %s "$agent")
package=$(stat -c %s "$(deploy/agent/build-deb.sh --binary "$agent" --output "$work")")

missed=0
# row NAME VALUE UNIT REFERENCE LIMIT-RATIO LIMIT-ABSOLUTE: - where there is none.
row() {
  local verdict
  verdict=$(awk -v v="$2" -v r="$4" -v lr="$5" -v la="$6" 'BEGIN {
    ratio = r == "-" ? "-" : sprintf("%.2f", v / r)
    ok = (lr == "-" || v <= r * lr) && (la == "-" || v <= la)
    printf "%s\t%s", ratio, ok ? "met" : "MISSED" }')
  [[ $verdict == *MISSED ]] && missed=1
  printf '%s\t%s %s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "${verdict%$'\t'*}" "$([[ $5 == - ]] || printf '<= %s x' "$5")$([[ $6 == - ]] || printf ' <= %s' "$6")" "${verdict##*$'\t'}"
}
{
  printf 'what\tagent\treference\tratio\tlimit\t\n'
  row 'idle PSS / node-exporter' "$pss" KiB "$exporter_pss" 0.6 8192
  row 'idle RSS / node-exporter' "$rss" KiB "$exporter_rss" - 10240
  row 'context switches in 15 idle s' "$wakeups" '' - - 0
  row 'full report, CPU / fusioninventory' "$report_ms" ms "$inventory_ms" 0.25 -
  row 'unchanged body / full body' "$unchanged" B "$full" 0.3 -
  row 'stripped binary' "$binary" B - - $((8 * 1024 * 1024))
  row 'Debian package' "$package" B - - $((10 * 1000 * 1000))
} | column -t -s $'\t'
if ((missed && check)); then fail "a limit was missed"; fi

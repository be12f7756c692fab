#!/usr/bin/env bash
# From nothing to a verdict on this machine: builds Hashimori, starts a collector, enrols this machine and shows how it stands.
set -euo pipefail

usage() {
  cat <<'USAGE'
Usage: deploy/quickstart.sh [--once | --demo] [--data DIR] [--stop] [--yes]
  --once      show the verdict and leave nothing running; the last line of standard output is the verdict as JSON
  --demo      add a second region of made-up facilities and devices, to see pages full; takes a minute or so
  --data DIR  keep everything under DIR (default: ~/.local/share/hashimori-quickstart)
  --stop      stop the collector that an earlier run left running
  --yes       install what is missing without asking
HASHIMORI_PROGRAMS=FOLDER takes programs that are built already instead of building them.
USAGE
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=deploy/lib/prepare.sh
source "$here/deploy/lib/prepare.sh"

once=0 demo=0 stop=0 data=${XDG_DATA_HOME:-$HOME/.local/share}/hashimori-quickstart
while (($#)); do
  case $1 in
    --once) once=1 ;;
    --demo) demo=1 ;;
    --stop) stop=1 ;;
    --yes) ASSUME_YES=1 ;;
    --data) data=${2:?--data needs a folder} && shift ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && fail "unknown option: $1" ;;
  esac
  shift
done
((once && demo)) && fail "--once leaves nothing running: choose it or --demo"
data=$(realpath -m -- "$data")
pid_file=$data/collector.pid ports_file=$data/ports.json log=$data/collector.log config=$data/collector.toml

# The region, the facility and the people of the quick start are made up.
region=ほたる川圏域（架空）
facility=架空医院ほたる
login=hotaru-kanri
demo_region=見本の圏域（架空）
demo_login=mihon-jimu

# The collector's process id, if the one started here still runs.
collector_pid() {
  local pid
  pid=$(cat "$pid_file" 2>/dev/null) || return 1
  [[ $pid && $(readlink "/proc/$pid/exe" 2>/dev/null) == */hashimori-server* ]] && echo "$pid"
}

stop_collector() {
  local pid
  if pid=$(collector_pid); then
    kill -TERM "$pid"
    tail --pid="$pid" -f /dev/null
  fi
  rm -f "$pid_file" "$ports_file"
}

if ((stop)); then
  if collector_pid >/dev/null; then
    stop_collector
    say "the collector is stopped; its data stays in $data"
  else
    say "no collector of $data is running"
  fi
  exit 0
fi

# --- programs ------------------------------------------------------------------------------------------------------
if [[ ${HASHIMORI_PROGRAMS:-} ]]; then
  programs=$HASHIMORI_PROGRAMS
else
  ensure_packages "${BUILD_PACKAGES[@]}"
  ensure_rust "$(rust_version "$here/Cargo.toml")"
  say "building (the first time takes some minutes)"
  packages=(-p hashimori-server -p hashimori-agent)
  ((demo)) && packages+=(-p hashimori-load)
  (cd "$here" && cargo build --release --locked "${packages[@]}" >&2) || fail "the build failed; its message is above"
  programs=${CARGO_TARGET_DIR:-$here/target}/release
fi

server() { "$programs/hashimori-server" --config "$config" "$@"; }
agent() { "$programs/hashimori-agent" --config "$data/agent.toml" --state "$data/agent" --proxy none "$@"; }

# --- data folder ---------------------------------------------------------------------------------------------------
install -d -m 700 -- "$data" || fail "cannot make the folder $data: choose another with --data"

# A TCP port of the loopback interface that nobody listens on, from $1 upwards.
free_port() {
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

# Writes the configuration, with ports that nobody listens on from $1 upwards.
write_config() {
  local web_port device_port quoted
  web_port=$(free_port "$1")
  device_port=$(free_port $((web_port + 363)))
  # A TOML basic string: backslash and quotation mark escaped.
  quoted=${data//\\/\\\\}
  quoted=${quoted//\"/\\\"}
  cat >"$config" <<TOML
data = "$quoted/collector"
[device]
listen = "127.0.0.1:$device_port"
names = ["127.0.0.1", "localhost"]
[web]
listen = "127.0.0.1:$web_port"
[metrics]
listen = ""
TOML
}

# Until this machine is enrolled nobody knows the ports, and others may still be chosen.
fresh=0
[[ -e $data/agent/identity.json ]] || fresh=1
if [[ ! -e $config ]]; then
  say "making $data"
  # A run for once shares no well-known ports with anybody, and stays below those that the system lends to connections (32768 and up).
  base=8080
  ((once)) && base=$((20000 + RANDOM % 12000))
  write_config "$base"
  # The quick start touches no keyring: everything is under one folder.
  echo 'key_store = "file"' >"$data/agent.toml"
fi

# --- collector -----------------------------------------------------------------------------------------------------
# Starts the collector; fails when it ends, or stays silent for a minute, before it has written its ports.
start_collector() {
  local tries
  rm -f "$ports_file"
  setsid "$programs/hashimori-server" --config "$config" serve --ports-file "$ports_file" </dev/null >>"$log" 2>&1 &
  echo $! >"$pid_file"
  for ((tries = 0; tries < 600; tries++)); do
    [[ -e $ports_file ]] && return 0
    kill -0 "$(cat "$pid_file")" 2>/dev/null || return 1
    sleep 0.1
  done
  stop_collector
  return 1
}

((once)) && trap stop_collector EXIT
if collector_pid >/dev/null; then
  say "the collector is running already"
else
  say "starting the collector"
  set_up=$(server init --region "$region" --facility "$facility" 2>>"$log") || fail "the collector could not be set up: see $log"
  # Made once, on the first run; it belongs on paper, not into a log beside the backups it opens.
  grep -v '^recovery key' <<<"$set_up" >>"$log" || true
  recovery_key=$(sed -n 's/^recovery key \([^ ]*\).*/\1/p' <<<"$set_up")
  [[ -z $recovery_key ]] || say "recovery key of the daily backups (write it down, it is kept nowhere): $recovery_key"
  for ((attempt = 1; ; attempt++)); do
    start_collector && break
    # Somebody may have taken a port that was free a moment ago.
    if ((fresh && attempt < 5)) && tail -n 5 "$log" | grep -q 'in use'; then
      say "a port was taken meanwhile; trying the next"
      write_config $(($(sed -n '/^\[web\]/,/^\[metrics\]/s/^listen = ".*:\([0-9]*\)"$/\1/p' "$config") + 1))
      continue
    fi
    tail -n 5 "$log" >&2
    fail "the collector did not start: its log is $log"
  done
fi
device_address=$(sed -n 's/.*"device":"\([^"]*\)".*/\1/p' "$ports_file")
web_address=$(sed -n 's/.*"web":"\([^"]*\)".*/\1/p' "$ports_file")

# --- this machine --------------------------------------------------------------------------------------------------
if agent status >/dev/null 2>&1; then
  say "this machine is enrolled already"
else
  say "enrolling this machine at $facility"
  # The code goes from program to program and is written nowhere. It confirms by itself: whoever runs this is the operator.
  server code issue --region "$region" --facility "$facility" --uses 1 --hours 1 --auto-confirm 2>>"$log" |
    agent enroll --server "$device_address" --code-file - --label クイックスタート >&2 || fail "this machine could not be enrolled: see above and $log"
fi
say "reading this machine and sending the report"
agent check-in >&2 || fail "the report did not arrive: see above and $log"

# A first run makes an account; a later one gives it a new link, and its password works until that link is used.
link_for() { server account invite "$@" 2>>"$log" || fail "no sign-in link could be made: see the end of $log"; }
link=$(link_for --region "$region" --facility "$facility" --login "$login" --name 管理者（架空）)

# --- a region to look at -------------------------------------------------------------------------------------------
if ((demo)); then
  say "filling $demo_region: made-up facilities, administrators and devices, over the collector's own ports"
  # How large is not a choice to offer: the tests take a smaller one.
  read -r -a size <<<"${HASHIMORI_DEMO_SIZE:-}"
  neediest=$("$programs/hashimori-load" demo --server "$programs/hashimori-server" --config "$config" --device "$device_address" \
    --web "$web_address" --region "$demo_region" --store "$data/collector/store.db" --done "$data/demo.done" "${size[@]}") || fail "the region could not be filled: see above and $log"
  IFS=$'\t' read -r demo_facility demo_administrator demo_name <<<"$neediest"
  demo_link=$(link_for --region "$demo_region" --login "$demo_login" --name 事務局（架空）)
  demo_facility_link=$(link_for --region "$demo_region" --facility "$demo_facility" --login "$demo_administrator" --name "$demo_name")
fi

# --- what came of it -----------------------------------------------------------------------------------------------
printf '\nこの機器の判定\n\n'
agent verdict
if ((once)); then
  json=$(agent verdict --json)
  stop_collector
  trap - EXIT
  printf '\n%s\n' "$json"
else
  printf '\n管理画面   http://%s/\n' "$web_address"
  printf 'サインイン %s  （一度だけ使えます）\n' "$link"
  if ((demo)); then
    printf '%s\n' "$demo_region"
    printf '  事務局   %s\n' "$demo_link"
    printf '  管理者   %s  （%s）\n' "$demo_facility_link" "$demo_facility"
  fi
  printf '詳しく     %q --config %q --state %q explain\n' "$programs/hashimori-agent" "$data/agent.toml" "$data/agent"
  printf '終える     %q --data %q --stop\n' "$here/deploy/quickstart.sh" "$data"
fi

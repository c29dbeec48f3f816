# shellcheck shell=bash disable=SC2154 # variables of deploy/quickstart
# The quickstart's farm on this machine: a scheduler with a PostgreSQL of its own, and two workers. Sourced by
# deploy/quickstart. Each process has a file STATE/run/NAME.pid with its id and its start time, by which it is told from
# a later process of the same id: nothing else is ever ended.

farm_names=(worker-1 worker-2 scheduler)

start_time_of() { # PID: in clock ticks since boot; nothing if there is no such process
    sed 's/^.*) //' "/proc/$1/stat" 2> /dev/null | cut -d' ' -f20
}

# Prints the id of the running process NAME; fails if it does not run.
pid_of() { # NAME
    local pid start
    read -r pid start 2> /dev/null < "$state/run/$1.pid" || return 1
    [[ -n $start && $(start_time_of "$pid") == "$start" ]] || return 1
    printf '%s\n' "$pid"
}

# Starts COMMAND as NAME with the rights that PREFIX gives (root_prefix or account_prefix), logging to STATE/log/NAME.log.
start_process() { # NAME PREFIX COMMAND...
    local name=$1
    local -n prefix=$2
    shift 2
    rm -f "$state/run/$name.pid"
    # The shell writes its own id and start time and then becomes the command, whatever sudo and setpriv do before.
    # shellcheck disable=SC2016  # expanded by the inner shell
    "${prefix[@]}" setsid bash -c '
        file=$1
        shift
        echo "$$ $(sed "s/^.*) //" /proc/$$/stat | cut -d" " -f20)" > "$file.new"
        mv "$file.new" "$file"
        exec "$@"' start "$state/run/$name.pid" "$@" >> "$logs/$name.log" 2>&1 < /dev/null 9>&- &
    for _ in {1..100}; do
        [[ ! -s $state/run/$name.pid ]] || return 0
        sleep 0.1
    done
    echo "$name could not be started." >&2
    return 1
}

stop_process() { # NAME SECONDS
    local pid end=$((SECONDS + $2))
    if pid=$(pid_of "$1"); then
        as_root kill -TERM "$pid" 2> /dev/null || true
        while pid_of "$1" > /dev/null && ((SECONDS < end)); do sleep 0.2; done
        if pid_of "$1" > /dev/null; then
            say "$1 does not end by itself and is killed."
            as_root kill -KILL "$pid" 2> /dev/null || true
            sleep 0.5
        fi
    fi
    rm -f "$state/run/$1.pid"
}

# A killed scheduler leaves its PostgreSQL behind: it is ours if it works in our directory.
stop_database() {
    local pid_file=$state/scheduler/postgres/data/postmaster.pid pid
    pid=$(as_root head -n 1 "$pid_file" 2> /dev/null) || return 0
    [[ -n $pid && $(as_root readlink "/proc/$pid/cwd") == "$state/scheduler/"* ]] || return 0
    as_root kill -INT "$pid" 2> /dev/null || true
    for _ in {1..100}; do
        [[ -d /proc/$pid ]] || return 0
        sleep 0.1
    done
}

# True if there was something to stop.
farm_runs() {
    local name
    for name in "${farm_names[@]}"; do
        if pid_of "$name" > /dev/null; then return 0; fi
    done
    return 1
}

stop_farm() {
    local ends=()
    stop_process worker-1 30 9>&- &
    ends+=($!)
    stop_process worker-2 30 9>&- &
    ends+=($!)
    wait "${ends[@]}"
    stop_process scheduler 30
    stop_database
}

# Says which process of the farm has ended although nobody stopped it.
lost_process() {
    local name
    for name in "${farm_names[@]}"; do
        if ! pid_of "$name" > /dev/null; then
            printf '%s\n' "$name"
            return 0
        fi
    done
    return 1
}

# --- configuration ----------------------------------------------------------------------------------------------------

free_port() { # FIRST
    python3 - "$1" <<'END'
import socket, sys
for port in range(int(sys.argv[1]), int(sys.argv[1]) + 100):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(port)
        break
else:
    sys.exit("No port is free.")
END
}

# All that the farm reads and runs is in STATE: its account need not be able to see the checkout.
write_config() {
    local etc=$state/etc port
    port=$(free_port "$port_first")
    rm -rf "$etc" "${state:?}/bin"
    mkdir -p "$etc/releases" "$state/bin" "$state/run"
    install -m 755 "$build_dir"/bin/{terrace,terrace-scheduler,terrace-worker,terrace-measure,terrace-inspect} "$state/bin/"
    # Eight blocks instead of ten: what is to be seen here is large, and half an hour is long enough.
    sed 's/looks: .*/looks: [10, 20]/' "$repo/deploy/examples/release-mini-1.yaml" > "$etc/releases/mini-1.yaml"
    cp -r "$repo/deploy/benchmarks" "$etc/benchmarks"
    cp "$repo/deploy/audit-exceptions.yaml" "$etc/"
    cp -r "$repo/mock-configs" "$etc/mock-configs"
    cat > "$etc/scheduler.yaml" <<END
state: $state/scheduler
releases: releases
benchmarks: benchmarks
audit_exceptions: audit-exceptions.yaml
mock_configs: mock-configs
listen:
  address: 127.0.0.1
  port: $port
END
    write_worker worker-1 x86_64 "$port" "${slot_users[0]:-}"    # what it gets shows the placement: baseline builds only
    write_worker worker-2 x86_64_v4 "$port" "${slot_users[1]:-}" # whatever this CPU can do
    echo "http://127.0.0.1:$port" > "$state/run/url"
    chmod -R a+rX "$etc" "$state/bin" "$state/run"
    echo "remark: ${mock[*]}, account $account, http://127.0.0.1:$port"
}

write_worker() { # NAME LEVEL_MAX PORT SLOT_USER
    local part command=
    for part in "${mock[@]}"; do command+="${command:+, }\"$part\""; done
    cat > "$state/etc/$1.yaml" <<END
name: $1
scheduler: http://127.0.0.1:$3
state: $state/$1
slots: 1
level_max: $2
mock_command: [$command]
mock_configs: mock-configs
isolation: $isolation
drain: 20s
$([[ -z $4 ]] || echo "slot_users: [$4]")
END
}

# --- start ------------------------------------------------------------------------------------------------------------

terrace() { "$state/bin/terrace" --farm "$(< "$state/run/url")" "$@"; }

start_farm() {
    mkdir -p "$state/scheduler"
    as_root mkdir -p "$state/worker-1" "$state/worker-2"
    [[ $EUID != 0 ]] || chown "$account:" "$state/scheduler" "$state/run"
    start_process scheduler account_prefix "$state/bin/terrace-scheduler" --config "$state/etc/scheduler.yaml"
    await scheduler "the scheduler" 120 terrace status
    start_process worker-1 "$worker_prefix" "$state/bin/terrace-worker" --config "$state/etc/worker-1.yaml"
    start_process worker-2 "$worker_prefix" "$state/bin/terrace-worker" --config "$state/etc/worker-2.yaml"
    await worker-1 "worker-1" 60 terrace worker show worker-1
    await worker-2 "worker-2" 60 terrace worker show worker-2
    terrace worker list
}

# Waits until COMMAND succeeds, while the process NAME lives.
await() { # NAME WHAT SECONDS COMMAND...
    local name=$1 what=$2 end=$((SECONDS + $3)) problem
    shift 3
    until problem=$("$@" 2>&1); do
        if ! pid_of "$name" > /dev/null || ((SECONDS > end)); then
            echo "$problem"
            last_lines "$logs/$name.log"
            pid_of "$name" > /dev/null && echo "$what did not get ready in time." || echo "$what has ended."
            return 1
        fi
        sleep 0.5
    done
}

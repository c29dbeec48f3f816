# shellcheck shell=bash disable=SC2154 # variables of deploy/quickstart
# What the quickstart does, one function a step. Sourced by deploy/quickstart.

# --- choices ----------------------------------------------------------------------------------------------------------

choose_account() {
    if [[ $EUID == 0 ]]; then
        account=${TERRACE_QUICKSTART_USER:-terrace} # PostgreSQL refuses root
    else
        account=$(id -un)
        root_prefix=(sudo)
    fi
}

# The account must be able to come to the state directory; a checkout in root's home is closed to it.
is_open_to_all() { # DIR
    local dir=$1
    while [[ ! -d $dir ]]; do dir=$(dirname "$dir"); done
    while [[ $dir != / ]]; do
        [[ $(stat -c %A "$dir") == *[xt] ]] || return 1
        dir=$(dirname "$dir")
    done
}

choose_state() {
    if [[ -z $state ]]; then
        state=$repo/build/quickstart-state
        if [[ $EUID == 0 ]] && ! is_open_to_all "$state"; then
            state=/var/lib/terrace-quickstart
        elif [[ $EUID != 0 ]] && ! mkdir -p "$state" 2> /dev/null; then
            state=$HOME/.cache/terrace-quickstart
        fi
    fi
    state=$(realpath -m -- "$state")
    if [[ $EUID == 0 ]] && ! is_open_to_all "$state"; then
        fail "the account '$account' cannot come to $state: choose another folder with --state."
    fi
    mkdir -p "$state/run"
}

take_lock() {
    exec 9> "$state/run/lock"
    flock -n 9 || fail "another quickstart uses $state at this moment; choose another folder with --state."
}

# Fedora's mock where it is, else the stand-in that comes with the tests. The account exists by now.
choose_mock() {
    if [[ $EUID == 0 ]]; then
        account_prefix=(setpriv --reuid "$account" --regid "$(id -g "$account")" --clear-groups --)
    fi
    isolation=auto worker_prefix=root_prefix
    slot_users=() # of worker-1 and worker-2, which have one slot each
    if command -v mock > /dev/null; then
        mock=("$(command -v mock)")
        if [[ $EUID == 0 ]]; then slot_users=("${build_accounts[@]}"); else worker_prefix=account_prefix; fi
    else
        mock=("$repo/tests/minimock/mock")
        slot_users=(60706 60707) # the stand-in needs no accounts
        isolation=simple
    fi
}

# --- steps ------------------------------------------------------------------------------------------------------------

install_dependencies() { "$repo/deploy/install-deps"; }

build_terrace() {
    local jobs # lint: allow jobs
    jobs=$(($(nproc) < $(memory_gib) / 2 ? $(nproc) : $(memory_gib) / 2))
    cd "$repo"
    [[ -f $build_dir/CMakeCache.txt ]] || cmake --preset "$preset" -B "$build_dir"
    cmake --build "$build_dir" -j "$((jobs > 0 ? jobs : 1))" \
        --target terrace terrace-scheduler terrace-worker terrace-measure terrace-inspect
}

# A compiler of this code needs up to 2 GiB.
memory_gib() { awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo; }

check_programs() {
    local program
    for program in terrace terrace-scheduler terrace-worker terrace-measure terrace-inspect; do
        [[ -x $build_dir/bin/$program ]] || fail "$build_dir/bin/$program is missing: run without --no-build."
    done
}

check_cpu() {
    "$build_dir/bin/terrace-worker" --probe
    "$build_dir/bin/terrace-worker" --probe --require x86_64_v3
    echo "remark: $(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)"
}

make_distribution() {
    as_root "$repo/deploy/mini-distro/make-mini-distro" "$state/mini"
    chmod -R a+rX "$state/mini/repo" 2> /dev/null || as_root chmod -R a+rX "$state/mini/repo"
    echo "remark: $(find "$state/mini/repo" -name '*.rpm' | wc -l) RPMs in $state/mini/repo"
}

make_srpms() {
    local some=() failure=()
    [[ -z $packages ]] || some=(--packages "$packages")
    [[ $with_failure == no ]] || failure=(--with-failure)
    "$repo/deploy/fetch-sources" "$state/sources" "${some[@]}"
    rm -rf "${state:?}/srpms" # what is in it is what is imported
    "$repo/deploy/quickstart.d/make-srpms" "$state/sources" "$state/srpms" "${some[@]}" "${failure[@]}"
    echo "remark: $(find "$state/srpms" -name '*.src.rpm' | wc -l) SRPMs"
}

build_accounts=(terrace-build0 terrace-build1)
make_accounts() {
    local shell=/usr/sbin/nologin
    [[ -x $shell ]] || shell=/sbin/nologin
    if [[ $EUID == 0 ]] && ! getent passwd "$account" > /dev/null; then
        useradd --system --user-group --no-create-home --home-dir /nonexistent --shell "$shell" "$account"
        echo "remark: added the system account $account"
    fi
    getent group mock > /dev/null || as_root groupadd --system mock
    # Fedora's mock builds only as users that exist, in its group; as deploy/sysusers.d/terrace-worker.conf has them.
    if [[ $EUID != 0 ]] || ! command -v mock > /dev/null; then return 0; fi
    local build_account
    for build_account in "${build_accounts[@]}"; do
        getent passwd "$build_account" > /dev/null ||
            useradd --system --user-group --groups mock --no-create-home --home-dir / --shell "$shell" "$build_account"
    done
}

import_all() {
    terrace seed add mini-1 "file://$state/mini/repo"
    terrace package import mini-1 "$state/srpms"
}

watch_pid=
stop_watch() {
    [[ -z $watch_pid ]] || kill "$watch_pid" 2> /dev/null || true
    watch_pid=
}

# Not a step: it shows its own progress, and a failed build is a result.
rebuild_and_watch() {
    local begun=$SECONDS lost exit_code=0
    rebuild=$(terrace --json rebuild start mini-1 | json_field id) || fail "the rebuild could not be started."
    "$state/bin/terrace" --farm "$(< "$state/run/url")" rebuild watch "$rebuild" 9>&- &
    watch_pid=$!
    while kill -0 "$watch_pid" 2> /dev/null; do
        if lost=$(lost_process); then
            stop_watch
            last_lines "$logs/$lost.log"
            fail "$lost has ended in the middle of the rebuild."
        fi
        sleep 1
    done
    wait "$watch_pid" || exit_code=$?
    watch_pid=
    step_number=$((step_number + 1))
    printf '%2d  rebuild %s: %d s\n' $step_number "$rebuild" $((SECONDS - begun))
    ((exit_code < 2)) || fail "the rebuild could not be watched to its end: see $logs/scheduler.log."
}

# What the report is made of, as the farm says it.
read_results() {
    local to=$state/report compose
    rm -f "$to"/*
    terrace --json rebuild status "$rebuild" > "$to/rebuild.json"
    terrace --json build list --rebuild "$rebuild" > "$to/builds.json"
    terrace --json gate show "$rebuild" > "$to/comparisons.json"
    terrace --json repo list --release mini-1 > "$to/repos.json"
    terrace --json release list > "$to/releases.json"
    compose=$(json_field compose < "$to/rebuild.json")
    if [[ $compose == None ]]; then
        echo "The rebuild was not published: its state is $(json_field state < "$to/rebuild.json")."
        terrace build list --rebuild "$rebuild"
        return 1
    fi
    terrace --json repo show "$compose" > "$to/compose.json"
    [[ $(json_field state < "$to/compose.json") == finished ]] || { json_field error < "$to/compose.json"; return 1; }
    terrace gate report "$rebuild" --html --output "$to/gate.html" ||
        terrace gate report "$rebuild" --html --no-chart --output "$to/gate.html"
    echo "remark: compose $compose in stream testing"
}

conclude() {
    local exit_code=0 arguments=("$state/report")
    [[ -z $json_file ]] || arguments+=(--json "$json_file")
    python3 "$library/report.py" "${arguments[@]}" || exit_code=$?
    [[ ! -f $state/report/gate.html ]] || echo "Report:    $state/report/gate.html (what x86_64_v3 gains, and what it costs)"
    echo "Streams:   $(stream_path)"
    echo "State:     $state (logs in log/)"
    if [[ $keep == yes ]]; then
        echo "The farm goes on: $state/bin/terrace --farm $(< "$state/run/url") status"
        echo "Stop it with:     deploy/quickstart --stop --state $state"
    fi
    return $exit_code
}

# shellcheck shell=bash disable=SC2154 # variables of deploy/quickstart
# Saying what is done, doing it with a log and a time, and rights. Sourced by deploy/quickstart.

say() { printf 'quickstart: %s\n' "$*"; }

fail() { # SENTENCE [EXIT_CODE]
    printf 'quickstart: %s\n' "$1" >&2
    exit "${2:-1}"
}

# Filled by choose_account: what goes before a command to run it with the rights of root, and as the account of the
# scheduler and of the build users, which is the caller unless that is root.
root_prefix=()
account_prefix=()

as_root() { "${root_prefix[@]}" "$@"; }

json_field() { # KEY: of the JSON object on standard input
    python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}

last_lines() { # FILE...
    local file
    for file in "$@"; do
        [[ -s $file ]] || continue
        printf 'The last lines of %s:\n' "$file" >&2
        tail -n 15 "$file" | sed 's/^/    /' >&2
    done
}

# --- steps: one line each, with seconds -------------------------------------------------------------------------------

step_number=0
step_pid=

# Redraws the step's line on a terminal: the seconds so far, and what the log says last.
show_progress() { # TITLE LOG
    local begun=$SECONDS line width
    width=$(stty size <&1 2> /dev/null | cut -d' ' -f2) || width=80
    while sleep 1; do
        line=$(tail -c 400 "$2" 2> /dev/null | tr '\r' '\n' | tr -cd '[:print:]\n' | grep . | tail -n 1) || line=
        printf '\r\e[K%s ... %d s  %.*s' "$1" $((SECONDS - begun)) $((width > 70 ? width - 50 : 20)) "$line"
    done
}

# Runs FUNCTION with its output in a log of its own. If it fails, says so with the log's last lines and REMEDY, and ends
# the script. The function runs in a subshell and a process group of its own, so that it can be ended as a whole.
step() { # TITLE REMEDY FUNCTION [ARGUMENT...]
    local title=$1 remedy=$2 begun=$SECONDS ticker='' exit_code=0 log
    shift 2
    step_number=$((step_number + 1))
    log=$logs/$(printf '%02d' $step_number)-$1.log
    title=$(printf '%2d  %s' $step_number "$title")
    : > "$log"
    set -m
    (set -e; "$@") > "$log" 2>&1 < /dev/null 9>&- &
    step_pid=$!
    set +m
    if [[ -t 1 ]]; then
        show_progress "$title" "$log" &
        ticker=$!
    fi
    wait "$step_pid" || exit_code=$?
    step_pid=
    if [[ -n $ticker ]]; then
        kill "$ticker" 2> /dev/null || true
        wait "$ticker" 2> /dev/null || true
        printf '\r\e[K'
    fi
    if ((exit_code)); then
        printf '%s: FAILED after %d s\n' "$title" $((SECONDS - begun)) >&2
        last_lines "$log"
        fail "$remedy"
    fi
    printf '%s: %d s%s\n' "$title" $((SECONDS - begun)) "$(step_remark "$log")"
}

# What the step wants to be said in its line: the last "remark: ..." of its log.
step_remark() { # LOG
    sed -n 's/^remark: / - /p' "$1" | tail -n 1
}

# Ends the step that runs now, with all that it has started.
stop_step() {
    [[ -n $step_pid ]] || return 0
    as_root kill -TERM -- "-$step_pid" 2> /dev/null || true
    local pid=$step_pid
    step_pid=
    for _ in {1..50}; do
        kill -0 -- "-$pid" 2> /dev/null || return 0
        sleep 0.1
    done
    as_root kill -KILL -- "-$pid" 2> /dev/null || true
}

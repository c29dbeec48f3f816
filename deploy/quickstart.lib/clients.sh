# shellcheck shell=bash disable=SC2154 # variables of deploy/quickstart
# The proof: one client for each variant installs the published packages with the mini distribution's own dnf and runs
# them. Sourced by deploy/quickstart.

client_table=$library/clients.tsv

# The path of the stream that the rebuild was published to.
stream_path() {
    terrace --json repo list --release mini-1 | python3 -c '
import json, sys
for stream in json.load(sys.stdin)["streams"]:
    if stream["name"] == "testing":
        print(stream["path"])'
}

# Prints "PACKAGE<TAB>NAMES<TAB>COMMAND" for every package that the compose has.
published_rows() { # COMPOSE.json
    python3 - "$1" "$client_table" <<'END'
import json, sys
published = {package["source"] for package in json.load(open(sys.argv[1]))["package_list"]}
for line in open(sys.argv[2]):
    if not line.startswith("#") and line.split("\t")[0] in published:
        print(line, end="")
END
}

make_client() { # VARIANT STREAM_PATH
    local variant=$1 root=$state/clients/$1
    as_root rm -rf "$root"
    as_root "$repo/deploy/mini-distro/make-client-root" "$state/mini/repo" "$root"
    as_root tee "$root/etc/yum.repos.d/terrace.repo" > /dev/null <<END
[terrace]
name=Terrace, stream testing, $variant
baseurl=file://$2/$variant/os
gpgcheck=0
metadata_expire=0
END
    if [[ $variant != x86_64 ]]; then
        # How a client says that it takes packages of a level (docs/architecture.md, section 4).
        echo "$variant" | as_root tee "$root/etc/dnf/vars/arch" > /dev/null
        echo x86_64 | as_root tee "$root/etc/dnf/vars/basearch" > /dev/null
    fi
}

in_client() { # VARIANT STREAM_PATH COMMAND...
    local root=$state/clients/$1
    # The stream is a link into the release's folder, and its packages are links to the composes beside it.
    local published=${2%/streams/*}
    shift 2
    as_root "$repo/deploy/mini-distro/client-run" "$root" --bind "$state/mini/repo" --bind "$published" -- "$@"
}

# Installs everything published, runs each program, and records what the client got.
use_client() { # VARIANT
    local variant=$1 path rows=$state/clients/$1.rows package names command
    path=$(stream_path)
    mkdir -p "$state/clients"
    published_rows "$state/report/compose.json" > "$rows"
    make_client "$variant" "$path"
    # shellcheck disable=SC2046  # a list of words
    in_client "$variant" "$path" dnf -y install $(cut -f2 "$rows")
    while IFS=$'\t' read -r package names command; do
        echo "== $package: $command"
        in_client "$variant" "$path" sh -c "$command" < /dev/null
    done < "$rows"
    in_client "$variant" "$path" rpm -qa --qf '%{NAME} %{ARCH} %{VERSION}-%{RELEASE}\n' | sort > "$state/report/client-$variant.txt"
    echo "remark: $(wc -l < "$rows") packages installed and run"
}

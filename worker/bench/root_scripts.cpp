#include "worker/bench/root_scripts.hpp"

#include <fmt/format.h>

#include <vector>

#include "worker/bench/measurement.hpp"

namespace terrace::bench {

std::string prepare_script() {
    return fmt::format(R"sh(set -e
mkdir {bench}
chown --reference=/builddir {bench}
echo {output_marker}
{tools}/{measure} --directory {bench} --show-output -- /bin/bash -e {tools}/{corpus} 2>&1 | tail -c 16000
digest=$(cd {bench} && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum)
echo "{corpus_marker}${{digest%% *}}"
digest=$(rpm -qa --qf '%{{NAME}} %{{EVR}} %{{ARCH}} %{{SHA256HEADER}}\n' | LC_ALL=C sort | sha256sum)
echo "{packages_marker}${{digest%% *}}"
)sh",
                       fmt::arg("bench", kBenchDirectory), fmt::arg("tools", kToolDirectory),
                       fmt::arg("measure", kMeasureFile), fmt::arg("corpus", kCorpusFile),
                       fmt::arg("corpus_marker", kCorpusMarker),
                       fmt::arg("output_marker", kOutputMarker),
                       fmt::arg("packages_marker", kPackagesMarker));
}

std::string swap_script(const std::set<std::string>& names) {
    // --justdb leaves the old files in their places until the new ones replace them: rpm itself may
    // need them.
    return fmt::format(R"sh(set -e
cd {tools}/{rpms}
rpm -e --justdb --nodeps {names}
rpm -i --nodeps --nosignature --replacefiles *.rpm
for file in *.rpm; do
    name=$(rpm -qp --nosignature --qf '%{{NAME}}' "$file")
    wanted=$(rpm -qp --nosignature --qf '%{{ARCH}} %{{SHA256HEADER}}' "$file")
    found=$(rpm -q --qf '%{{ARCH}} %{{SHA256HEADER}}' "$name")
    if [ "$found" != "$wanted" ]; then
        echo "$name is '$found' and not '$wanted'"
        exit 1
    fi
    installed="$installed $(rpm -q --qf '%{{NAME}}.%{{ARCH}}' "$name")"
done
{{ find {bench} -type f; rpm -ql {names}; }} | while read -r file; do
    if [ ! -f "$file" ] || [ -L "$file" ]; then continue; fi
    case "$file" in
        {bench}/*) echo "$file" ;;
        *) if [ "$(head -c 4 "$file" | tr -d '\177\0')" = ELF ]; then echo "$file"; fi ;;
    esac
done > {tools}/{moved}
echo "{marker}${{installed# }}"
)sh",
                       fmt::arg("bench", kBenchDirectory), fmt::arg("moved", kMovedListFile),
                       fmt::arg("tools", kToolDirectory), fmt::arg("rpms", kRpmDirectory),
                       fmt::arg("names", command_line({names.begin(), names.end()})),
                       fmt::arg("marker", kSwappedMarker));
}

std::string move_script() {
    // Never a reflink: its pages would have to be read from the disk, in a run that is measured.
    return fmt::format(R"sh(set -e
while read -r file; do
    cp -a --reflink=never -- "$file" "$file.moved"
    mv -f -- "$file.moved" "$file"
done < {tools}/{moved}
)sh",
                       fmt::arg("tools", kToolDirectory), fmt::arg("moved", kMovedListFile));
}

}  // namespace terrace::bench

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "scheduler/ingest/resolver.hpp"

using namespace terrace;
using namespace terrace::ingest;

namespace {

/// Repositories of all binary packages of Fedora rawhide and of all its sources.
void make_fedora(const std::filesystem::path& directory) {
    const os::CapturedRun run =
        os::run_captured({.arguments = {"tests/data/make-rpm-md", "tests/data/fedora-rawhide",
                                        directory.string(), "--compress", "zst"},
                          .environment = os::current_environment(),
                          .directory = std::filesystem::current_path()},
                         std::chrono::minutes(5));
    REQUIRE_MESSAGE(run.exit_code == 0, run.output);
}

const core::SourceDependencies& row_of(const ResolvedSources& resolved, SourcePackageId id) {
    return *std::ranges::find(resolved.rows, id, &core::SourceDependencies::source_package);
}

}  // namespace

TEST_CASE("source packages of Fedora resolve to the sources that they are known to need") {
    const os::TemporaryDirectory directory;
    make_fedora(directory.path());
    std::vector<core::SourcePackage> sources =
        read_source_packages(directory.path() / "source").value().packages;
    CHECK(sources.size() == 23183);
    std::map<std::string, SourcePackageId> ids;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        sources[i].id.value = static_cast<std::int64_t>(i) + 1;
        ids[sources[i].name] = sources[i].id;
    }
    const std::vector<std::string> needs_of_bash = {"audit",   "autoconf", "bison",  "gcc",
                                                    "gettext", "glibc",    "gnupg2", "make",
                                                    "ncurses", "texinfo"};
    // All would take the sanitizers a minute.
    std::set<SourcePackageId> chosen = {ids.at("bash")};
    for (const std::string& name : needs_of_bash) chosen.insert(ids.at(name));
    for (std::size_t i = 0; i < sources.size(); i += 100) chosen.insert(sources[i].id);
    std::vector<core::SourcePackage> some;
    for (const core::SourcePackage& source : sources) {
        if (chosen.contains(source.id)) some.push_back(source);
    }

    ResolveOptions options;
    options.repos = {find_primary(directory.path() / "binary").value()};
    options.base = {"bash", "coreutils", "gcc", "rpm-build", "buildsys-build"};
    options.cache_directory = directory.path() / "cache";
    options.threads = 2;
    const ResolvedSources cold = resolve(some, options).value();
    CHECK(cold.absent_base == std::vector<std::string>{"buildsys-build"});
    REQUIRE(cold.rows.size() == some.size());
    const auto has_problems = [](const core::SourceDependencies& row) {
        return !row.problems.empty();
    };
    // 2.8 % of all: what the specs of that day ask for and nothing provides.
    CHECK(std::ranges::count_if(cold.rows, has_problems) < 15);
    for (const core::SourceDependencies& row : cold.rows) {
        if (!has_problems(row)) CHECK(row.buildroot_packages > 20);
    }
    std::vector<SourcePackageId> expected;
    for (const std::string& name : needs_of_bash) expected.push_back(ids.at(name));
    CHECK(row_of(cold, ids.at("bash")).needs == expected);

    const ResolvedSources cached = resolve(some, options).value();
    CHECK(cached.solved == 0);
    CHECK(cached.rows == cold.rows);
}

#include "worker/app/rebuilt_repo.hpp"

#include <chrono>
#include <set>
#include <string>

#include "common/os/child_process.hpp"
#include "worker/core/outcome.hpp"
#include "worker/core/text.hpp"
#include "worker/mock/relabelled_rpm.hpp"

namespace terrace::worker {
namespace {

constexpr std::chrono::minutes kMetadataTimeMax{10};

/// createrepo_c and not our own library: the repository is thrown away with the attempt.
Result<void> write_metadata(const std::filesystem::path& directory) {
    const os::ChildSpec spec{{"createrepo_c", "--quiet", "--no-database", directory.string()},
                             os::current_environment()};
    const os::CapturedRun run = os::run_captured(spec, kMetadataTimeMax);
    if (run.exit_code == 0) return {};
    return Error{Errc::unavailable, "createrepo_c ended with exit code " +
                                        std::to_string(run.exit_code) + ": " +
                                        printable(trimmed(run.output))};
}

}  // namespace

Result<std::filesystem::path> fetch_rpm(const AttemptContext& context,
                                        const RpmFile& rpm,
                                        const std::filesystem::path& directory) {
    if (!is_file_name(rpm.filename)) {
        return Error{Errc::invalid_argument,
                     "'" + printable(rpm.filename) + "' is not the name of a package."};
    }
    const std::filesystem::path file = directory / rpm.filename;
    const auto fetched =
        while_farm_is_away(context, [&] { return context.api.fetch_object(rpm.digest, file); });
    if (!fetched) return fetched.error();
    return file;
}

Result<void> make_rebuilt_repo(const AttemptContext& context,
                               const std::vector<RpmFile>& rpms,
                               const std::filesystem::path& directory) {
    const std::filesystem::path unlabelled = directory.string() + "-fetched";
    std::filesystem::create_directories(directory);
    std::filesystem::create_directories(unlabelled);
    std::set<Digest> seen;
    std::size_t relabelled = 0;
    for (const RpmFile& rpm : rpms) {
        if (rpm.debug || rpm.nevra.arch == "src" || !seen.insert(rpm.digest).second) continue;
        if (context.cancelled())
            return Error{Errc::unavailable, stopped_ending(Stop::cancelled, {}, {}).evidence};
        const bool is_level = is_level_arch(rpm.nevra.arch);
        const auto file = fetch_rpm(context, rpm, is_level ? unlabelled : directory);
        if (!file) return file.error();
        if (!is_level) continue;
        const auto copied = copy_as_x86_64(*file, directory / rpm.filename);
        if (!copied) return copied.error();
        std::filesystem::remove(*file);
        ++relabelled;
    }
    context.note(
        "packages of this rebuild that the build root may take: " + std::to_string(seen.size()) +
        ", " + std::to_string(relabelled) + " of them as x86_64");
    return write_metadata(directory);
}

}  // namespace terrace::worker

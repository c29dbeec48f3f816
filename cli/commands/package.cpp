#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/commands/commands.hpp"
#include "cli/output/live_block.hpp"
#include "cli/output/progress_bar.hpp"
#include "cli/output/text.hpp"
#include "cli/rows.hpp"
#include "common/os/files.hpp"
#include "common/wire/rest.hpp"

namespace terrace::cli {
namespace {

namespace fs = std::filesystem;

struct ImportOptions {
    std::string release;
    std::string directory;
};

struct ListOptions {
    std::string release;
};

/// The farm reads the header of every SRPM before it answers.
constexpr std::chrono::minutes kImportTimeout{15};
constexpr std::size_t kBarWidth = 30;

Result<std::vector<fs::path>> srpms_in(const fs::path& directory) {
    std::error_code error;
    std::vector<fs::path> found;
    for (fs::directory_iterator it(directory, error), end; !error && it != end;
         it.increment(error)) {
        if (it->path().filename().string().ends_with(".src.rpm")) found.push_back(it->path());
    }
    if (error)
        return Error{Errc::not_found,
                     fmt::format("{} cannot be read: {}.", directory.string(), error.message())};
    if (found.empty()) return Error{Errc::not_found, directory.string() + " holds no *.src.rpm."};
    std::ranges::sort(found);
    return found;
}

/// Says how far the upload is: on a terminal one line that changes, else one line a file that was
/// sent.
class UploadReport {
public:
    UploadReport(Output& output, std::size_t total)
        : output_(output), block_(output.err, output.err_style), total_(total) {}

    void begin(const fs::path& file) {
        if (!output_.err_is_terminal) return;
        const auto done = static_cast<std::int64_t>(done_);
        const std::string bar = progress(done, static_cast<std::int64_t>(total_), kBarWidth);
        block_.show({bar + "  " + one_line(file.filename().string())});
    }
    void end(const fs::path& file, bool sent) {
        ++done_;
        sent_ += sent ? 1 : 0;
        if (!sent || output_.err_is_terminal) return;
        const std::string name = one_line(file.filename().string());
        output_.err << fmt::format("sent {} ({}, {} of {})\n", name, size_text(file), done_, total_)
                    << std::flush;
    }
    /// Takes the changing line off the screen.
    void finish() { block_.clear(); }
    std::size_t sent() const { return sent_; }

private:
    static std::string size_text(const fs::path& file) {
        std::error_code ignored;  // Only shown; the upload itself has already succeeded.
        const auto size = fs::file_size(file, ignored);
        return format_bytes(ignored ? 0 : static_cast<std::int64_t>(size));
    }

    Output& output_;
    LiveBlock block_;
    std::size_t total_;
    std::size_t done_ = 0;
    std::size_t sent_ = 0;
};

Result<wire::UploadedSrpm> ensure_uploaded(Farm& farm, const fs::path& file, UploadReport& report) {
    report.begin(file);
    const Digest digest = os::sha256_of_file(file);
    const Result<bool> there = farm.has_object(digest);
    if (!there) return there.error();
    if (!*there) {
        const Result<void> sent = farm.upload(digest, file);
        if (!sent) return sent.error();
    }
    report.end(file, !*there);
    return wire::UploadedSrpm{file.filename().string(), digest};
}

ExitCode import_packages(Session& session, const ImportOptions& options) {
    const Result<std::vector<fs::path>> files = srpms_in(options.directory);
    if (!files) return session.fail(files.error());
    wire::ImportRequest request{options.release, {}};
    UploadReport report(session.output, files->size());
    for (const fs::path& file : *files) {
        Result<wire::UploadedSrpm> uploaded = ensure_uploaded(session.farm, file, report);
        if (!uploaded) {
            report.finish();
            return session.fail(uploaded.error());
        }
        request.srpms.push_back(std::move(*uploaded));
    }
    report.finish();
    const auto answer =
        session.farm.post(Target("/v1/package-sets"), wire::to_text(request), kImportTimeout);
    return session.answer<wire::Created>(answer, [&](const wire::Created& created) {
        session.output.print_line(
            fmt::format("Package set {} of {}: {} source packages, {} of them sent now.",
                        created.id, options.release, files->size(), report.sent()));
    });
}

ExitCode list_packages(Session& session, const ListOptions& options) {
    const auto answer = session.farm.list(Target("/v1/packages").with("release", options.release));
    return session.answer<std::vector<PackageRow>>(
        answer, [&](const std::vector<PackageRow>& rows) {
            Table table({{"PACKAGE"}, {"VERSION"}, {"SIZE", Align::right}, {"ARCH"}, {"SRPM"}});
            for (const PackageRow& row : rows) {
                const std::string epoch = row.epoch == 0 ? "" : std::to_string(row.epoch) + ":";
                table.add({{row.name, Paint::strong},
                           {epoch + row.version + "-" + row.release},
                           {format_bytes(row.srpm_size)},
                           {row.noarch ? "noarch" : "arch"},
                           {row.srpm_name}});
            }
            session.output.print(table,
                                 fmt::format("{} has no packages yet: see terrace package import.",
                                             options.release));
        });
}

}  // namespace

void add_package_commands(CLI::App& app, Action& action) {
    CLI::App* noun = add_noun(app, "package", "Source packages of a release");

    Command<ImportOptions> import(*noun, "import",
                                  "Make all *.src.rpm of a folder the release's package set");
    import.app->add_option("release", import.options->release, "Name of the release")->required();
    import.app->add_option("dir", import.options->directory, "Folder of *.src.rpm")->required();
    import.does(action, import_packages);

    Command<ListOptions> list(*noun, "list", "The newest package set");
    list.app->add_option("release", list.options->release, "Name of the release")->required();
    list.does(action, list_packages);
}

}  // namespace terrace::cli

#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/rows.hpp"
#include "common/wire/provenance.hpp"

namespace terrace::cli {
namespace {

struct ConfigOptions {
    std::string stream;
    std::string release;
    std::string variant;
};

struct SbomOptions {
    std::int64_t compose = 0;
};

/// The release that the user means: the only one with that stream, unless named.
Result<std::string> release_of(Session& session, const ConfigOptions& options) {
    if (!options.release.empty()) return options.release;
    const auto releases =
        Session::read<std::vector<ReleaseRow>>(session.farm.list(Target("/v1/releases")));
    if (!releases) return releases.error();
    std::vector<std::string> found;
    for (const ReleaseRow& row : *releases) {
        if (std::ranges::find(row.streams, options.stream) != row.streams.end())
            found.push_back(row.name);
    }
    if (found.empty())
        return Error{Errc::not_found, "No release has a stream '" + options.stream + "'."};
    if (found.size() > 1) {
        return Error{Errc::conflict, "Several releases have a stream '" + options.stream +
                                         "': name one with --release."};
    }
    return found.front();
}

ExitCode print_config(Session& session, const ConfigOptions& options) {
    const Result<std::string> release = release_of(session, options);
    if (!release) return session.fail(release.error());
    return session.answer<wire::ClientConfig>(
        session.farm.get(Target("/v1/releases")
                             .segment(*release)
                             .segment("streams")
                             .segment(options.stream)
                             .segment("client-config")
                             .with("variant", options.variant)),
        [&](const wire::ClientConfig& config) {
            const bool ends_line = config.text.ends_with('\n');
            session.output.print_line(ends_line ? config.text.substr(0, config.text.size() - 1)
                                                : config.text);
        });
}

/// It is JSON already, with --json and without.
ExitCode print_sbom(Session& session, const SbomOptions& options) {
    const Result<std::string> sbom =
        session.farm.get(Target("/v1/composes").segment(options.compose).segment("sbom"));
    if (!sbom) return session.fail(sbom.error());
    session.output.print_line(*sbom);
    return ExitCode::ok;
}

}  // namespace

void add_repo_client_commands(CLI::App& noun, Action& action) {
    Command<ConfigOptions> config(noun, "client-config",
                                  "A .repo file for dnf that points to a stream");
    config.app->add_option("stream", config.options->stream, "Name of the stream")->required();
    config.app->add_option("--release", config.options->release,
                           "Its release, if several have a stream of that name");
    config.app->add_option("--variant", config.options->variant,
                           "Enable the repo of this variant, beside the baseline's");
    config.does(action, print_config);

    Command<SbomOptions> sbom(noun, "sbom", "The bill of materials of a compose: SPDX 2.3, JSON");
    sbom.app->add_option("compose", sbom.options->compose, "Id of the compose")->required();
    sbom.does(action, print_sbom);
}

}  // namespace terrace::cli

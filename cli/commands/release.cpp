#include "cli/commands/commands.hpp"
#include "cli/output/table.hpp"
#include "cli/rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace terrace::cli {
namespace {

struct NoOptions {};

ExitCode list_releases(Session& session, const NoOptions&) {
    return session.answer<std::vector<ReleaseRow>>(
        session.farm.list(Target("/v1/releases")), [&](const std::vector<ReleaseRow>& releases) {
            Table table({{"RELEASE"},
                         {"VARIANT"},
                         {"ARCH"},
                         {"LEVEL"},
                         {"ENCODING"},
                         {"MOCK CONFIG"},
                         {"STREAMS"}});
            for (const ReleaseRow& release : releases) {
                for (const VariantRow& variant : release.variants) {
                    const bool is_baseline = variant.name == release.baseline;
                    table.add({{release.name, Paint::strong},
                               {variant.name + (is_baseline ? " (baseline)" : "")},
                               {variant.target_arch},
                               {variant.target_level},
                               {variant.encoding},
                               {variant.mock_config},
                               {fmt::format("{}", fmt::join(release.streams, ", "))}});
                }
            }
            session.output.print(table, "The farm has no releases: its configuration names none.");
        });
}

}  // namespace

void add_release_commands(CLI::App& app, Action& action) {
    CLI::App* noun = add_noun(app, "release", "Releases: sources, seed, variants and streams");
    Command<NoOptions> list(*noun, "list", "All releases with their variants");
    list.does(action, list_releases);
}

}  // namespace terrace::cli

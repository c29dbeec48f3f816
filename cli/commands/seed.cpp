#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/text.hpp"
#include "cli/rows.hpp"
#include "common/wire/rest.hpp"

namespace terrace::cli {
namespace {

struct AddOptions {
    wire::SeedRequest request;
};

struct ListOptions {
    std::string release;
};

/// Reading the metadata of some mirrors takes its time.
constexpr std::chrono::minutes kSeedTimeout{10};

/// The id of a seed is a digest, not a number.
struct SeedCreated {
    std::string id;
};
BOOST_DESCRIBE_STRUCT(SeedCreated, (), (id))

ExitCode add_seed(Session& session, const AddOptions& options) {
    const auto answer =
        session.farm.post(Target("/v1/seeds"), wire::to_text(options.request), kSeedTimeout);
    return session.answer<SeedCreated>(answer, [&](const SeedCreated& created) {
        session.output.print_line(fmt::format("The seed of {} is now {}.", options.request.release,
                                              created.id.substr(0, 12)));
    });
}

ExitCode list_seeds(Session& session, const ListOptions& options) {
    const auto answer = session.farm.list(Target("/v1/seeds").with("release", options.release));
    return session.answer<std::vector<SeedRow>>(answer, [&](const std::vector<SeedRow>& seeds) {
        Table table({{"SEED"}, {"ADDED"}, {"REPO"}, {"URL"}});
        for (const SeedRow& seed : seeds) {
            for (const SeedRepo& repo : seed.repos) {
                table.add({{seed.id.substr(0, 12), Paint::strong},
                           {format_moment(seed.added_at)},
                           {repo.name},
                           {repo.url}});
            }
        }
        session.output.print(
            table, fmt::format("{} has no seed yet: see terrace seed add.", options.release));
    });
}

}  // namespace

void add_seed_commands(CLI::App& app, Action& action) {
    CLI::App* noun = add_noun(app, "seed", "Seeds: the frozen repos that buildroots install from");

    Command<AddOptions> add(*noun, "add", "Freeze these repos as the release's seed");
    add.app->add_option("release", add.options->request.release, "Name of the release")->required();
    add.app->add_option("url", add.options->request.urls, "Repos: file://, http:// or https://")
        ->required();
    add.does(action, add_seed);

    Command<ListOptions> list(*noun, "list", "The release's seeds, newest last");
    list.app->add_option("release", list.options->release, "Name of the release")->required();
    list.does(action, list_seeds);
}

}  // namespace terrace::cli

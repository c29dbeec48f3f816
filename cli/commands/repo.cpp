#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cli/commands/commands.hpp"
#include "cli/output/text.hpp"
#include "cli/rebuild_rows.hpp"

namespace terrace::cli {
namespace {

struct ListOptions {
    std::string release;
};

struct ShowOptions {
    std::string what;
    std::string release;
};

/// Both lists under one roof: --json is one document.
struct Repos {
    boost::json::value streams;
    boost::json::value composes;
};
BOOST_DESCRIBE_STRUCT(Repos, (), (streams, composes))

Table table_of(const std::vector<StreamRow>& streams) {
    Table table({{"RELEASE"}, {"STREAM"}, {"COMPOSE", Align::right}, {"PATH"}});
    for (const StreamRow& row : streams) {
        table.add({{row.release},
                   {row.name, Paint::strong},
                   {std::to_string(row.compose)},
                   {or_dash(row.path)}});
    }
    return table;
}

Table table_of(const std::vector<ComposeRow>& composes) {
    Table table({{"COMPOSE", Align::right},
                 {"RELEASE"},
                 {"STREAM"},
                 {"STATE"},
                 {"REBUILD", Align::right},
                 {"PACKAGES", Align::right},
                 {"CREATED"},
                 {"ERROR"}});
    for (const ComposeRow& row : composes) {
        table.add({{std::to_string(row.id)},
                   {row.release},
                   {row.stream, Paint::strong},
                   word_cell(row.state),
                   {std::to_string(row.rebuild)},
                   {std::to_string(row.packages)},
                   {format_moment(row.created_at)},
                   {row.error}});
    }
    return table;
}

ExitCode list_repos(Session& session, const ListOptions& options) {
    const auto streams = session.farm.list(Target("/v1/streams").with("release", options.release));
    const auto composes =
        session.farm.list(Target("/v1/composes").with("release", options.release));
    const auto stream_rows = Session::read<std::vector<StreamRow>>(streams);
    if (!stream_rows) return session.fail(stream_rows.error());
    const auto compose_rows = Session::read<std::vector<ComposeRow>>(composes);
    if (!compose_rows) return session.fail(compose_rows.error());
    if (session.json) {
        session.output.print_line(
            wire::to_text(Repos{boost::json::parse(*streams), boost::json::parse(*composes)}));
        return ExitCode::ok;
    }
    session.output.print(table_of(*stream_rows), "No stream has been published yet.");
    session.output.print_line("");
    session.output.print(table_of(*compose_rows), "There is no compose yet.");
    return ExitCode::ok;
}

/// The compose that the user means: by its id, or by the name of the stream that points to it.
Result<std::int64_t> compose_of(Session& session, const ShowOptions& options) {
    std::int64_t id = 0;
    const char* end = options.what.data() + options.what.size();
    if (std::from_chars(options.what.data(), end, id).ptr == end) return id;
    const auto streams = Session::read<std::vector<StreamRow>>(
        session.farm.list(Target("/v1/streams").with("release", options.release)));
    if (!streams) return streams.error();
    const auto is_meant = [&](const StreamRow& row) { return row.name == options.what; };
    const auto count = std::ranges::count_if(*streams, is_meant);
    if (count == 0)
        return Error{Errc::not_found, "There is no published stream '" + options.what + "'."};
    if (count > 1) {
        return Error{Errc::conflict, "Several releases have a stream '" + options.what +
                                         "': name one with --release."};
    }
    return std::ranges::find_if(*streams, is_meant)->compose;
}

struct RepoSum {
    std::int64_t packages = 0;
    std::int64_t bytes = 0;
};

void print_compose(Output& output, const ComposeRow& compose) {
    output.print_line(fmt::format("Compose {} of {}, stream {}, rebuild {}: {}", compose.id,
                                  compose.release, compose.stream, compose.rebuild, compose.state));
    if (!compose.error.empty()) output.print_line("Error: " + one_line(compose.error));
    output.print_line("Path: " + or_dash(compose.path));
    output.print_line(compose.signing == "none"
                          ? "Signing: none: its packages and metadata cannot be checked\n"
                          : "Signing: " + compose.signing + "\n");
    std::map<std::string, RepoSum> sums;
    Table packages({{"REPO"}, {"PACKAGE"}, {"SOURCE"}, {"SIZE", Align::right}});
    for (const ComposePackageRow& row : compose.package_list) {
        RepoSum& sum = sums[row.repo];
        ++sum.packages;
        sum.bytes += row.size;
        packages.add({{row.repo}, {to_string(row.nevra)}, {row.source}, {format_bytes(row.size)}});
    }
    Table repos({{"REPO"}, {"PACKAGES", Align::right}, {"SIZE", Align::right}});
    for (const auto& [name, sum] : sums) {
        repos.add(
            {{name, Paint::strong}, {std::to_string(sum.packages)}, {format_bytes(sum.bytes)}});
    }
    output.print(repos, "It has no packages.");
    if (packages.empty()) return;
    output.print_line("");
    output.print(packages, "");
}

ExitCode show_repo(Session& session, const ShowOptions& options) {
    const Result<std::int64_t> id = compose_of(session, options);
    if (!id) return session.fail(id.error());
    return session.answer<ComposeRow>(
        session.farm.get(Target("/v1/composes").segment(*id)),
        [&](const ComposeRow& row) { print_compose(session.output, row); });
}

}  // namespace

void add_repo_commands(CLI::App& app, Action& action) {
    CLI::App* noun = add_noun(app, "repo", "Repos: composes, and the streams that point to them");

    Command<ListOptions> list(*noun, "list", "Streams and composes");
    list.app->add_option("--release", list.options->release, "Only of this release");
    list.does(action, list_repos);

    Command<ShowOptions> show(*noun, "show", "What a compose holds");
    show.app->add_option("compose", show.options->what, "Id of a compose, or name of a stream")
        ->required();
    show.app->add_option("--release", show.options->release, "Release of the stream");
    show.does(action, show_repo);

    add_repo_client_commands(*noun, action);
}

}  // namespace terrace::cli

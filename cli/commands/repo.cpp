#include <fmt/format.h>

#include <sstream>

#include "cli/commands/repo_commands.hpp"
#include "cli/output/text.hpp"

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
                   {row.error.substr(0, row.error.find('\n'))}});
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

struct RepoSum {
    std::int64_t packages = 0;
    std::int64_t bytes = 0;
};

/// The first line tells what went wrong, each other one is a finding.
void print_error(Output& output, const std::string& error) {
    std::istringstream lines(error);
    std::string before = "Error: ";
    for (std::string line; std::getline(lines, line); before = "  ")
        output.print_line(before + one_line(line));
}

void print_stalled(Output& output, const std::vector<std::string>& names) {
    if (names.empty()) return;
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + one_line(name);
    output.print_line(
        "Warning: `dnf upgrade` does not update these where they are installed; `dnf "
        "distro-sync` does: " +
        text);
}

void print_compose(Output& output, const ComposeRow& compose) {
    output.print_line(fmt::format("Compose {} of {}, stream {}, rebuild {}: {}", compose.id,
                                  compose.release, compose.stream, compose.rebuild, compose.state));
    print_error(output, compose.error);
    for (const std::string& note : compose.notes) output.print_line("Note: " + one_line(note));
    print_stalled(output, compose.stalled);
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
    const Result<std::int64_t> id = compose_meant(session, options.what, options.release);
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

    add_repo_stream_commands(*noun, action);
    add_repo_care_commands(*noun, action);
    add_repo_client_commands(*noun, action);
}

}  // namespace terrace::cli

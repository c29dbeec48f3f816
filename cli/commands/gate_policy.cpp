// gate policy test: what another policy would have made of the same samples.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/gate_commands.hpp"
#include "cli/output/text.hpp"
#include "cli/rebuild_rows.hpp"
#include "common/os/files.hpp"
#include "common/vocab/names.hpp"
#include "common/vocab/policy_test.hpp"
#include "common/wire/rest.hpp"

namespace terrace::cli {
namespace {

constexpr std::size_t kPolicyBytesMax = 1 << 20;
/// The samples of a mass rebuild are many.
constexpr auto kPatience = std::chrono::minutes(30);

struct TestOptions {
    std::string file;
    std::int64_t rebuild = 0;  ///< 0: the newest that is finished
};

Result<std::int64_t> newest_finished(Session& session) {
    const auto rows =
        Session::read<std::vector<RebuildRow>>(session.farm.list(Target("/v1/rebuilds")));
    if (!rows) return rows.error();
    const auto found = std::find_if(rows->rbegin(), rows->rend(), [](const RebuildRow& row) {
        return row.state == "finished" && !row.comparisons.empty();
    });
    if (found != rows->rend()) return found->id;
    return Error{Errc::not_found,
                 "There is no finished rebuild with comparisons: name one with --rebuild."};
}

std::string ships_text(const std::optional<bool>& ships) {
    if (!ships) return "?";
    return *ships ? "ships" : "held";
}

std::vector<Cell> cells_of(const PolicyTestRow& row) {
    return {{row.package, Paint::strong},
            {row.variant},
            word_cell(name_of(row.before)),
            row.after ? word_cell(name_of(*row.after)) : Cell{"?", Paint::notice},
            {ships_text(row.ships_before)},
            {ships_text(row.ships_after)},
            {one_line(row.why)}};
}

void print_test(Output& output, const PolicyTest& test) {
    const auto table_of = [](const std::vector<PolicyTestRow>& rows) {
        Table table(
            {{"PACKAGE"}, {"VARIANT"}, {"VERDICT"}, {"BY IT"}, {"GATE"}, {"BY IT"}, {"WHY"}});
        for (const PolicyTestRow& row : rows) table.add(cells_of(row));
        return table;
    };
    output.print_line(
        fmt::format("Of {} in rebuild {} the policy would change {}. Nothing has "
                    "been changed.",
                    counted(test.compared, "verdict"), test.rebuild.value, test.changes.size()));
    output.print(table_of(test.changes), "Every package would be decided as it was.");
    if (!test.unknown.empty()) {
        output.print_line("");
        output.print_line("What the stored samples cannot say:");
        output.print(table_of(test.unknown), "");
    }
    if (test.open > 0)
        output.print_line(counted(test.open, "comparison") + " without a verdict: not tested.");
}

ExitCode test_policy(Session& session, const TestOptions& options) {
    wire::PolicyTestRequest body;
    body.policy = os::read_file(options.file, kPolicyBytesMax);
    std::int64_t rebuild = options.rebuild;
    if (rebuild == 0) {
        const Result<std::int64_t> newest = newest_finished(session);
        if (!newest) return session.fail(newest.error());
        rebuild = *newest;
    }
    const auto answer = session.farm.post(
        Target("/v1/rebuilds").segment(rebuild).segment("gate").segment("policy-test"),
        wire::to_text(body), kPatience);
    return session.answer<PolicyTest>(
        answer, [&](const PolicyTest& test) { print_test(session.output, test); });
}

}  // namespace

void add_gate_policy_commands(CLI::App& noun, Action& action) {
    CLI::App* policy = noun.add_subcommand("policy", "What another policy would change");
    policy->require_subcommand(1);
    Command<TestOptions> test(
        *policy, "test",
        "Decide a rebuild's stored samples by the policy in FILE; changes nothing");
    test.app->add_option("file", test.options->file, "YAML: a release file, or its key gate alone")
        ->required()
        ->check(CLI::ExistingFile);
    test.app->add_option("--rebuild", test.options->rebuild,
                         "Id of the rebuild; the newest that is finished unless told");
    test.does(action, test_policy);
}

}  // namespace terrace::cli

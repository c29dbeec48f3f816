#include <fmt/format.h>

#include <chrono>

#include "cli/commands/gate_commands.hpp"
#include "cli/commands/rebuild_commands.hpp"
#include "cli/output/text.hpp"
#include "common/vocab/gate.hpp"
#include "common/wire/rest.hpp"

namespace terrace::cli {
namespace {

constexpr int kDaysMax = 366;

struct WaiveOptions {
    wire::WaiverRequest waiver;
    int days = 30;
};

struct ListOptions {
    std::string release;
    bool all = false;
};

struct RevokeOptions {
    std::int64_t id = 0;
    wire::RevokeRequest request;
};

TimePoint now() {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

ExitCode waive(Session& session, const WaiveOptions& options) {
    wire::WaiverRequest body = options.waiver;
    body.expires_at = now() + std::chrono::days(options.days);
    const auto answer = session.farm.post(Target("/v1/waivers"), wire::to_text(body));
    return session.answer<wire::Created>(answer, [&](const wire::Created& made) {
        session.output.print_line(fmt::format(
            "Waiver {}: the stage {} of {} for {} need not pass until {}.", made.id,
            name_of(body.stage), body.package, body.variant, format_moment(body.expires_at)));
    });
}

std::string state_of(const Waiver& waiver) {
    if (waiver.revoked_at) return "revoked by " + waiver.revoked_by;
    return waiver.expires_at <= now() ? "expired" : "in force";
}

ExitCode list_waivers(Session& session, const ListOptions& options) {
    const auto answer = session.farm.get(
        Target("/v1/waivers").with("release", options.release).with("all", options.all ? "1" : ""));
    return session.answer<std::vector<Waiver>>(answer, [&](const std::vector<Waiver>& waivers) {
        Table table({{"WAIVER", Align::right},
                     {"RELEASE"},
                     {"PACKAGE"},
                     {"VARIANT"},
                     {"STAGE"},
                     {"AUTHOR"},
                     {"EXPIRES"},
                     {"STATE"},
                     {"REASON"}});
        for (const Waiver& waiver : waivers) {
            table.add({{std::to_string(waiver.id.value)},
                       {waiver.release},
                       {waiver.package, Paint::strong},
                       {waiver.variant},
                       {name_of(waiver.stage)},
                       {waiver.author},
                       {format_moment(waiver.expires_at)},
                       {state_of(waiver)},
                       {one_line(waiver.reason)}});
        }
        session.output.print(table, "There is no waiver.");
    });
}

ExitCode revoke(Session& session, const RevokeOptions& options) {
    const auto answer =
        session.farm.post(Target("/v1/waivers").segment(options.id).segment("revoke"),
                          wire::to_text(options.request));
    if (!answer) return session.fail(answer.error());
    if (!session.json) session.output.print_line(fmt::format("Waiver {} is revoked.", options.id));
    return ExitCode::ok;
}

}  // namespace

void add_gate_waiver_commands(CLI::App& noun, Action& action) {
    Command<WaiveOptions> command(noun, "waive",
                                  "Say that one stage of a package and variant need not pass");
    wire::WaiverRequest& waiver = command.options->waiver;
    command.app->add_option("release", waiver.release, "Name of the release")->required();
    command.app->add_option("package", waiver.package, "Name of the source package")->required();
    command.app->add_option("variant", waiver.variant, "Name of the variant")->required();
    add_word_option(*command.app, "--stage", waiver.stage, "The stage that is waived");
    command.app->add_option("--author", waiver.author, "Who answers for it")->required();
    command.app->add_option("--reason", waiver.reason, "Why: a sentence for others")->required();
    command.app->add_option("--days", command.options->days, "How long it is in force")
        ->check(CLI::Range(1, kDaysMax))
        ->capture_default_str();
    command.does(action, waive);

    Command<ListOptions> list(noun, "waivers", "The waivers in force");
    list.app->add_option("--release", list.options->release, "Only of this release");
    list.app->add_flag("--all", list.options->all, "Also those that expired or were revoked");
    list.does(action, list_waivers);

    Command<RevokeOptions> taken_back(noun, "revoke", "Take a waiver back; its row stays");
    taken_back.app->add_option("waiver", taken_back.options->id, "Id of the waiver")->required();
    taken_back.app->add_option("--author", taken_back.options->request.author, "Who takes it back")
        ->required();
    taken_back.does(action, revoke);
}

}  // namespace terrace::cli

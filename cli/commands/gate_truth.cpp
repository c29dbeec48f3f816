// gate truth: how often the gate is wrong.
#include "cli/commands/gate_commands.hpp"
#include "cli/reports/truth_report.hpp"
#include "common/vocab/truth.hpp"

namespace terrace::cli {
namespace {

struct TruthOptions {
    std::string release;
};

ExitCode tell_truth(Session& session, const TruthOptions& options) {
    const auto answer = session.farm.get(Target("/v1/gate/truth").with("release", options.release));
    return session.answer<Truth>(answer,
                                 [&](const Truth& truth) { print_truth(session.output, truth); });
}

}  // namespace

void add_gate_truth_command(CLI::App& noun, Action& action) {
    Command<TruthOptions> truth(
        noun, "truth",
        "How often the gate is wrong: baselines that were measured against themselves");
    truth.app->add_option("release", truth.options->release, "Only of this release");
    truth.does(action, tell_truth);
}

}  // namespace terrace::cli

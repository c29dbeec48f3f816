#include "worker/app/package_inspector.hpp"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <map>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "common/os/child_process.hpp"
#include "common/os/unique_fd.hpp"
#include "common/vocab/names.hpp"
#include "common/wire/json.hpp"
#include "worker/core/inspection_ending.hpp"
#include "worker/core/text.hpp"
#include "worker/mock/environment.hpp"
#include "worker/sandbox/namespace_wrapper.hpp"
#include "worker/sandbox/plain_file.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

constexpr auto kTimeMax = 60min;  // it has a limit of its own, of CPU time
constexpr auto kPollInterval = 50ms;
constexpr std::size_t kReportBytesMax = 64 << 20;

Ending infra(std::string why) {
    return {Outcome::infra_aborted, std::move(why)};
}

std::vector<std::string> command_of(const AttemptContext& context,
                                    const std::filesystem::path& directory,
                                    Level level_max) {
    std::vector<std::string> command;
    if (context.settings.mock.namespaces)
        command = sandbox::namespace_prefix(sandbox::Network::none);
    command.push_back(context.settings.inspect_program.string());
    command.insert(command.end(), {"--level", name_of(level_max)});
    if (const sandbox::SlotUser& user = context.slot.user; user.uid >= 0) {
        command.insert(command.end(),
                       {"--uid", std::to_string(user.uid), "--gid", std::to_string(user.gid)});
    }
    command.push_back(directory.string());
    return command;
}

/// Little more than what tells whose process it is.
std::map<std::string, std::string> environment_of(const Slot& slot) {
    std::map<std::string, std::string> environment;
    for (const auto& [name, value] : mock_environment(slot)) {
        if (name == "PATH" || name == "LC_ALL" || name.starts_with("TERRACE_"))
            environment.emplace(name, value);
    }
    return environment;
}

/// nullopt after a cancel or too long a time.
std::optional<int> run(const os::ChildSpec& spec, const std::function<bool()>& cancelled) {
    os::ChildProcess child(spec);
    const auto deadline = std::chrono::steady_clock::now() + kTimeMax;
    while (!cancelled() && std::chrono::steady_clock::now() < deadline) {
        if (const auto exit = child.poll()) return exit->exit_code;
        std::this_thread::sleep_for(kPollInterval);
    }
    return std::nullopt;  // the child's destructor ends it
}

std::string last_line(std::string_view text) {
    text = trimmed(text);
    const std::size_t end = text.rfind('\n');
    return std::string(end == std::string_view::npos ? text : text.substr(end + 1));
}

bool is_about(const inspect::Inspection& inspection, const std::vector<sandbox::TakenFile>& taken) {
    if (inspection.rpms.size() != taken.size()) return false;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        if (inspection.rpms[i].filename != taken[i].filename) return false;
    }
    return true;
}

}  // namespace

Inspected inspect_packages(const AttemptContext& context,
                           const std::filesystem::path& directory,
                           const std::vector<sandbox::TakenFile>& taken,
                           Level level_max) {
    const std::filesystem::path report = context.directory / "inspection.json";
    const os::UniqueFd output(
        ::open(report.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
    if (!output)
        throw std::system_error(errno, std::generic_category(), "cannot make " + report.string());
    os::ChildSpec spec;
    spec.arguments = command_of(context, directory, level_max);
    spec.environment = environment_of(context.slot);
    spec.output_fd = output.get();

    Inspected inspected;
    const auto exit_code = run(spec, context.cancelled);
    if (!exit_code) {
        inspected.ending = context.cancelled() ? stopped_ending(Stop::cancelled, {}, {})
                                               : infra("terrace-inspect took too long.");
        return inspected;
    }
    const std::string text = sandbox::read_plain_file(report, kReportBytesMax).value_or("");
    inspected.ending = inspection_ending(*exit_code, last_line(text));
    if (inspected.ending) return inspected;
    auto decoded = wire::from_text<inspect::Inspection>(last_line(text));
    if (!decoded) {
        inspected.ending =
            infra("terrace-inspect does not say what was asked: " + decoded.error().message);
        return inspected;
    }
    inspected.inspection = std::move(*decoded);
    if (!inspected.inspection.refusal.empty()) {
        inspected.ending =
            Ending{Outcome::build_failed,
                   "Its RPMs could not be inspected: " + printable(inspected.inspection.refusal)};
    } else if (!is_about(inspected.inspection, taken)) {
        inspected.ending = infra("terrace-inspect speaks of other files than it was given.");
    }
    return inspected;
}

}  // namespace terrace::worker

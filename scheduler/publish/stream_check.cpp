#include "scheduler/publish/stream_check.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "common/vocab/check.hpp"
#include "scheduler/publish/client_check.hpp"
#include "scheduler/publish/compose_tree.hpp"

namespace terrace::publish {
namespace {

/// Each costs a simulation of its own, and a client that is further behind is one that did not
/// upgrade all through these.
constexpr std::size_t kEarlierMax = 8;

std::vector<std::filesystem::path> still_there(const std::filesystem::path& release_directory,
                                               const std::vector<ComposeId>& composes) {
    std::vector<std::filesystem::path> paths;
    for (const ComposeId id : composes) {
        std::filesystem::path path = compose_path(release_directory, id);
        if (std::filesystem::exists(path)) paths.push_back(std::move(path));
    }
    if (paths.size() > kEarlierMax)
        paths.erase(paths.begin(), paths.end() - static_cast<std::ptrdiff_t>(kEarlierMax));
    return paths;
}

std::vector<solv::ClientRepo> platform_of(const core::StreamClients& clients,
                                          const ClientCheckTools& tools) {
    if (clients.platform.empty()) return {};
    TERRACE_CHECK(tools.read_platform != nullptr);
    auto repos = tools.read_platform(clients.platform);
    if (!repos) {
        throw PublishError(
            "The repositories that clients have beside this stream cannot be read: " +
            repos.error().message);
    }
    return *std::move(repos);
}

std::vector<ClientFinding> findings_of(const std::filesystem::path& release_directory,
                                       ComposeId compose,
                                       const core::StreamClients& clients,
                                       const ClientCheckTools& tools,
                                       const std::stop_token& stop) {
    ClientCheck check;
    check.compose = compose_path(release_directory, compose);
    for (const core::VariantSpec& variant : clients.variants)
        check.variants.push_back({variant.name, variant.target_level, variant.encoding});
    check.earlier = still_there(release_directory, clients.earlier);
    check.back = clients.back;
    check.platform = platform_of(clients, tools);
    check.stalled = {clients.stalled.begin(), clients.stalled.end()};
    check.cache = tools.cache;
    return check_clients(check, stop);
}

std::string lines_of(const std::vector<ClientFinding>& findings) {
    std::string text;
    for (const ClientFinding& finding : findings) text += "\n" + to_string(finding);
    return text;
}

}  // namespace

std::string check_stream(const std::filesystem::path& release_directory,
                         const std::string& stream,
                         ComposeId compose,
                         const core::StreamClients& clients,
                         const ClientCheckTools& tools,
                         const std::stop_token& stop) {
    if (clients.variants.empty()) return "";
    std::vector<ClientFinding> findings;
    try {
        findings = findings_of(release_directory, compose, clients, tools, stop);
    } catch (const PublishError& e) {
        if (!clients.hurt_allowed || stop.stop_requested()) throw;
        return std::string(
                   "The clients could not be checked, and the stream was moved all the "
                   "same: ") +
               e.what();
    }
    if (findings.empty()) {
        return clients.back ? "All clients can go back, by `dnf distro-sync`."
                            : "All clients can follow.";
    }
    const std::string hurt = "compose " + std::to_string(compose.value) +
                             (clients.hurt_allowed ? " hurts" : " would hurt") + " clients (" +
                             std::to_string(findings.size()) + " found).";
    if (!clients.hurt_allowed)
        throw ClientRefusal("Stream " + stream + " was not moved: " + hurt + lines_of(findings));
    return "Stream " + stream + " was moved all the same: " + hurt + lines_of(findings);
}

}  // namespace terrace::publish

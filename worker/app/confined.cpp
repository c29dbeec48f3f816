#include "worker/app/confined.hpp"

#include <algorithm>
#include <iterator>

namespace terrace::worker {

std::vector<std::string> confined(const MockSettings& mock,
                                  const std::vector<std::string>& command,
                                  sandbox::Network network) {
    if (!mock.namespaces) return command;
    std::vector<std::string> whole = sandbox::namespace_prefix(network);
    std::ranges::copy(command, std::back_inserter(whole));
    return whole;
}

sandbox::Network network_for(const std::vector<SeedRepo>& seed_repos) {
    return needs_network(seed_repos) ? sandbox::Network::host : sandbox::Network::none;
}

}  // namespace terrace::worker

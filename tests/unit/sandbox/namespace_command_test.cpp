#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "worker/sandbox/namespace_wrapper.hpp"

namespace terrace::sandbox {
namespace {

bool has(const std::vector<std::string>& command, const std::string& word) {
    return std::ranges::find(command, word) != command.end();
}

}  // namespace

TEST_CASE("a shell, and not the command, is PID 1 of the namespaces") {
    const auto prefix = namespace_prefix(Network::none);
    CHECK(prefix.front() == "unshare");
    for (const char* option : {"--net", "--pid", "--fork", "--kill-child", "--mount",
                               "--mount-proc", "--ipc", "--uts"}) {
        CAPTURE(option);
        CHECK(has(prefix, option));
    }
    // "exit" after the command: a shell execs the last command that it runs.
    CHECK(prefix[prefix.size() - 2].ends_with("\"$@\"; rc=$?; exit $rc"));
    CHECK_FALSE(has(namespace_prefix(Network::host), "--net"));
}

TEST_CASE("of several steps, those without network have none of it") {
    const auto command =
        in_namespaces({{{"mock", "--init"}, Network::host}, {{"mock", "it's"}, Network::none}});
    CHECK_FALSE(has(command, "--net"));
    const std::string& script = command.back();
    CHECK(script.starts_with("'mock' '--init' && unshare --net "));
    CHECK(script.ends_with(" 'mock' 'it'\\''s'; rc=$?; exit $rc"));
}

}  // namespace terrace::sandbox

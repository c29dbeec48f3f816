#include "common/os/child_process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <system_error>

#include "common/os/unique_fd.hpp"

using namespace terrace;

namespace {

os::ChildSpec shell(const std::string& script) {
    os::ChildSpec spec;
    spec.arguments = {"/bin/sh", "-c", script};
    spec.environment = {{"PATH", "/usr/bin:/bin"}};
    return spec;
}

bool group_exists(pid_t group) {
    return kill(-group, 0) == 0;
}

}  // namespace

TEST_CASE("a child's exit code is that of its program, or 128 and its signal") {
    CHECK(os::ChildProcess(shell("exit 0")).wait().exit_code == 0);
    CHECK(os::ChildProcess(shell("exit 37")).wait().exit_code == 37);
    CHECK(os::ChildProcess(shell("kill -TERM $$")).wait().exit_code == 128 + SIGTERM);
}

TEST_CASE("a program that is not there is an error that names it") {
    os::ChildSpec spec;
    spec.arguments = {"/no/such/program"};
    CHECK_THROWS_WITH_AS(os::ChildProcess{spec}, doctest::Contains("/no/such/program"),
                         std::system_error);
}

TEST_CASE("a directory that is not there is an error that names it") {
    os::ChildSpec spec = shell("true");
    spec.directory = "/no/such/directory";
    CHECK_THROWS_WITH_AS(os::ChildProcess{spec}, doctest::Contains("/no/such/directory"),
                         std::system_error);
}

TEST_CASE("poll answers nothing while the child runs, and the same exit ever after") {
    os::ChildProcess child(shell("sleep 100"));
    CHECK_FALSE(child.poll());
    child.signal_group(SIGTERM);
    CHECK(child.wait().exit_code == 128 + SIGTERM);
    REQUIRE(child.poll());
    CHECK(child.poll()->exit_code == 128 + SIGTERM);
}

TEST_CASE("waiting is over when the child has ended, or patience") {
    os::ChildProcess child(shell("sleep 100"));
    CHECK_FALSE(child.wait_for(std::chrono::milliseconds(1)));
    child.signal_group(SIGTERM);
    const auto ended = child.wait_for(std::chrono::minutes(1));
    REQUIRE(ended);
    CHECK(ended->exit_code == 128 + SIGTERM);
    CHECK(child.wait_for(std::chrono::milliseconds(0))->exit_code == 128 + SIGTERM);
}

TEST_CASE("the destructor kills the whole group") {
    pid_t group = 0;
    {
        const os::ChildProcess child(shell("sleep 100 & sleep 100"));
        group = child.pid();
        CHECK(group_exists(group));
    }
    CHECK_FALSE(os::ChildProcess(shell("kill -0 -- -" + std::to_string(group))).wait().exit_code ==
                0);
}

TEST_CASE("usage counts the child's time") {
    const os::ChildExit exit =
        os::ChildProcess(shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done")).wait();
    CHECK(exit.exit_code == 0);
    CHECK(exit.usage.user + exit.usage.system > std::chrono::microseconds(0));
    CHECK(exit.usage.memory_peak_bytes > 100'000);
}

TEST_CASE("a child has default signals even where we block and ignore them") {
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigset_t before;
    pthread_sigmask(SIG_BLOCK, &term, &before);
    const auto old_handler = signal(SIGPIPE, SIG_IGN);
    const os::ChildExit by_term = os::ChildProcess(shell("kill -TERM $$; exit 5")).wait();
    const os::ChildExit by_pipe = os::ChildProcess(shell("kill -PIPE $$; exit 5")).wait();
    signal(SIGPIPE, old_handler);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    CHECK(by_term.exit_code == 128 + SIGTERM);
    CHECK(by_pipe.exit_code == 128 + SIGPIPE);
}

TEST_CASE("a child inherits no descriptor above 2, even one without close-on-exec") {
    const os::UniqueFd leaked(open("/dev/null", O_RDONLY));  // no O_CLOEXEC, on purpose
    const std::string script = "test ! -e /proc/self/fd/" + std::to_string(leaked.get());
    CHECK(os::ChildProcess(shell(script)).wait().exit_code == 0);
}

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <random>

#include "common/os/child_process.hpp"
#include "tests/integration/http/fake_farm.hpp"
#include "worker/client/scheduler_client.hpp"

namespace terrace::rest {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr LeaseKey kLease{AttemptId{3}, 9};
constexpr const char* kState = "TERRACE_TEST_STATE";
constexpr const char* kServe = "serves the farm of another test until it is killed";

/// A farm in a process of its own.
class Killable {
public:
    explicit Killable(const fs::path& state) : port_file_(state / "port"), child_(spec(state)) {
        while (!fs::exists(port_file_)) std::this_thread::sleep_for(5ms);
    }
    ~Killable() { kill(); }
    Killable(const Killable&) = delete;
    Killable& operator=(const Killable&) = delete;
    void kill() {
        child_.signal_group(SIGKILL);
        child_.wait();
        fs::remove(port_file_);
    }
    std::string url() const { return "http://127.0.0.1:" + os::read_file(port_file_); }

private:
    static os::ChildSpec spec(const fs::path& state) {
        os::ChildSpec spec;
        spec.arguments = {fs::read_symlink("/proc/self/exe").string(), "--no-skip",
                          std::string("--test-case=") + kServe};
        spec.environment = {{kState, state.string()}};
        return spec;
    }
    const fs::path port_file_;
    os::ChildProcess child_;
};

std::string random_bytes(std::size_t size, std::mt19937& random) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
}

}  // namespace

TEST_CASE("serves the farm of another test until it is killed" * doctest::skip()) {
    const char* state = std::getenv(kState);
    if (state == nullptr) return;
    const FakeFarm farm("", {}, FakeFarm::on_free_port(), fs::path(state));
    os::write_file_atomically(fs::path(state) / "port", std::to_string(farm.port()));
    std::this_thread::sleep_for(60s);  // ends by itself if the other test has died
}

TEST_CASE("uploads and logs go on after a scheduler that was killed in their midst") {
    const os::TemporaryDirectory state;
    std::mt19937 random(1);
    const std::string bytes = random_bytes(30'000'000, random);
    const fs::path file = state.path() / "a.rpm";
    std::ofstream(file, std::ios::binary) << bytes;
    const Digest digest = os::sha256_of_file(file);
    const std::string log = random_bytes(900'000, random);
    std::int64_t shipped = 0;
    std::uint64_t held = 0;
    int resumed = 0;
    bool stored = false;
    for (int life = 0; life < 5; ++life) {
        CAPTURE(life);
        Killable farm(state.path());
        worker::SchedulerClient client(farm.url(), "");
        http::Client asker(farm.url(), "");
        const auto head =
            asker.request("HEAD", "/v1/objects/" + digest.hex + "?attempt=3&fence=9", "");
        REQUIRE(head.has_value());
        if (head->status == 404) {
            // What was on disk when it was killed is there.
            CHECK(head->offset.value_or(0) >= held);
            held = head->offset.value_or(0);
            if (held != 0) ++resumed;
        }
        const std::jthread killer([&farm, last = life == 4, &random] {
            if (last) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 150));
            farm.kill();
        });
        for (;;) {
            const auto piece =
                std::string_view(log).substr(static_cast<std::size_t>(shipped), 9000);
            const auto sent = client.append_log(kLease, shipped, piece);
            if (!sent) break;
            shipped = *sent;
            if (!stored) stored = client.store_object(kLease, digest, file).has_value();
            if (!stored) break;
            if (shipped == static_cast<std::int64_t>(log.size())) break;
        }
    }
    CHECK(stored);
    CHECK(shipped == static_cast<std::int64_t>(log.size()));
    const publish::ObjectStore store(state.path() / "objects");
    CHECK(os::sha256_of_file(store.path_of(digest)) == digest);
    CHECK(os::read_file(state.path() / "logs" / "3.log") == log);
    MESSAGE("uploads resumed after a kill: ", resumed);
}

}  // namespace terrace::rest

#include "scheduler/publish/composer.hpp"

#include <doctest/doctest.h>

#include <future>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/os/files.hpp"
#include "tests/unit/publish/orders.hpp"

using namespace terrace;
using terrace::publish::ObjectStore;
using terrace::testing::a_package;
using terrace::testing::an_order;

namespace {

/// Starts an order and waits for its end.
std::string run(publish::Composer& composer, const core::RunCompose& order) {
    std::promise<std::pair<ComposeId, std::string>> promise;
    composer.start(order, [&](const core::ComposeEnded& end) {
        promise.set_value({end.compose, end.error});  // throws if it is called twice
    });
    const auto [compose, error] = promise.get_future().get();
    CHECK(compose == order.compose.id);
    return error;
}

}  // namespace

TEST_CASE("a compose is published and its stream points to it") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path() / "objects");
    publish::Composer composer(store, root.path() / "published");
    CHECK(run(composer, an_order(7)) == "");
    CHECK(std::filesystem::read_symlink(root.path() / "published/f45/streams/testing") ==
          "../served/testing/7");
    CHECK(run(composer, an_order(7)) == "");
}

TEST_CASE("a compose that is complete only has its stream moved") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path() / "objects");
    publish::Composer composer(store, root.path() / "published");
    const std::filesystem::path stream = root.path() / "published/f45/streams/testing";
    REQUIRE(run(composer, an_order(7)) == "");
    std::filesystem::remove(stream);
    CHECK(run(composer, an_order(7)) == "");
    CHECK(std::filesystem::read_symlink(stream) == "../served/testing/7");
}

TEST_CASE("a compose that fails moves nothing") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path() / "objects");
    publish::Composer composer(store, root.path() / "published");
    REQUIRE(run(composer, an_order(1)) == "");
    core::RunCompose order = an_order(2);
    order.packages = {a_package("x86_64/os", "bash-1-1.x86_64.rpm", os::sha256_of_text("absent"))};
    CHECK(run(composer, order).find("bash-1-1.x86_64.rpm") != std::string::npos);
    CHECK(std::filesystem::read_symlink(root.path() / "published/f45/streams/testing") ==
          "../served/testing/1");
}

TEST_CASE("a disk that fails is the compose's error") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path() / "objects");
    os::write_file_atomically(root.path() / "published", "a file, not a directory");
    publish::Composer composer(store, root.path() / "published");
    CHECK(run(composer, an_order(1)) != "");
}

TEST_CASE("every order is ended exactly once, also when the composer is stopped") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path() / "objects");
    std::mutex mutex;
    std::vector<std::int64_t> ended;
    {
        publish::Composer composer(store, root.path() / "published");
        for (std::int64_t id = 1; id <= 20; ++id) {
            composer.start(an_order(id), [&](const core::ComposeEnded& end) {
                const std::lock_guard lock(mutex);
                ended.push_back(end.compose.value);
                const auto path =
                    root.path() / "published/f45/composes" / std::to_string(end.compose.value);
                CHECK(std::filesystem::exists(path) == end.error.empty());
            });
        }
    }
    REQUIRE(ended.size() == 20);
    for (std::int64_t id = 1; id <= 20; ++id) {
        CHECK(ended[static_cast<std::size_t>(id - 1)] == id);
    }
}

TEST_CASE("stop() may be called again and by the destructor") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path() / "objects");
    publish::Composer composer(store, root.path() / "published");
    composer.stop();
    composer.stop();
}

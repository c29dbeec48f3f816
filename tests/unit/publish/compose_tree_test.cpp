#include "scheduler/publish/compose_tree.hpp"

#include <doctest/doctest.h>

#include <stop_token>
#include <string>

#include "common/os/files.hpp"
#include "tests/unit/publish/orders.hpp"

using namespace terrace;
using namespace terrace::publish;
using terrace::testing::a_package;
using terrace::testing::an_order;

namespace {

/// A store and a release, both empty.
struct Farm {
    os::TemporaryDirectory root;
    ObjectStore store{root.path() / "objects"};
    std::filesystem::path release = root.path() / "published" / "f45";

    void make(const core::RunCompose& order) const { make_compose(store, release, order, {}); }

    /// Why that order is refused; nothing of it may be left.
    std::string refusal_of(const core::RunCompose& order, const std::stop_token& stop = {}) const {
        std::string message;
        try {
            make_compose(store, release, order, Steps(stop));
        } catch (const PublishError& e) {
            message = e.what();
        }
        CHECK_FALSE(std::filesystem::exists(compose_path(release, order.compose.id)));
        CHECK_FALSE(
            std::filesystem::exists(compose_path(release, order.compose.id).concat(".incoming")));
        return message;
    }
};

}  // namespace

TEST_CASE("a compose has every repo of the order, also when it is empty") {
    const Farm farm;
    farm.make(an_order(1));
    for (const std::string& repo : testing::kRepos) {
        CHECK(std::filesystem::exists(farm.release / "composes/1" / repo / "repodata/repomd.xml"));
    }
    CHECK(std::filesystem::exists(farm.release / "composes/1/COMPOSE.json"));
    CHECK_FALSE(std::filesystem::exists(farm.release / "composes/1.incoming"));
}

TEST_CASE("what a crash left of a compose is removed first") {
    const Farm farm;
    std::filesystem::create_directories(farm.release / "composes/1.incoming/x86_64/os");
    os::write_file_atomically(farm.release / "composes/1.incoming/x86_64/os/junk", "junk");
    farm.make(an_order(1));
    CHECK_FALSE(std::filesystem::exists(farm.release / "composes/1/x86_64/os/junk"));
    CHECK_FALSE(std::filesystem::exists(farm.release / "composes/1.incoming"));
}

TEST_CASE("a compose that is there is not made again") {
    const Farm farm;
    farm.make(an_order(1));
    const std::filesystem::path mark = farm.release / "composes/1/mark";
    os::write_file_atomically(mark, "");
    core::RunCompose again = an_order(1);
    again.compose.failures = 2;
    again.compose.error = "the disk was full";
    farm.make(again);
    CHECK(std::filesystem::exists(mark));
}

TEST_CASE("a compose of the same number with other content is never replaced") {
    const Farm farm;
    farm.make(an_order(1));
    core::RunCompose other = an_order(1);
    other.compose.rebuild = RebuildId{4};
    CHECK_THROWS_WITH_AS(farm.make(other),
                         ("There is another compose in " + (farm.release / "composes/1").string() +
                          " already: move it away if it is of a former database.")
                             .c_str(),
                         PublishError);
}

TEST_CASE("a missing object stops the compose, and the message names package and digest") {
    const Farm farm;
    const Digest absent = os::sha256_of_text("absent");
    core::RunCompose order = an_order(1);
    order.packages = {a_package("x86_64/os", "bash-1-1.x86_64.rpm", absent)};
    CHECK(farm.refusal_of(order) ==
          "The package bash-1-1.x86_64.rpm of x86_64/os is missing: there is no object " +
              absent.hex + ".");
}

TEST_CASE("a package file's name cannot lead out of its repo") {
    const Farm farm;
    const Digest digest = testing::put_object(farm.store, "content");
    for (const char* name : {"", ".hidden.rpm", "../up.rpm", "/etc/passwd"}) {
        core::RunCompose order = an_order(1);
        order.packages = {a_package("x86_64/os", name, digest)};
        CHECK(farm.refusal_of(order) ==
              "'" + std::string(name) + "' cannot be the name of a published file.");
    }
}

TEST_CASE("two packages of one file name cannot be in one repo") {
    const Farm farm;
    core::RunCompose order = an_order(1);
    order.packages = {
        a_package("x86_64/os", "a-1-1.noarch.rpm", testing::put_object(farm.store, "1")),
        a_package("x86_64/os", "a-1-1.noarch.rpm", testing::put_object(farm.store, "2"))};
    CHECK(farm.refusal_of(order) ==
          "The repo x86_64/os would hold two packages named a-1-1.noarch.rpm.");
}

TEST_CASE("an object that is no RPM stops the compose and leaves nothing") {
    const Farm farm;
    core::RunCompose order = an_order(1);
    order.packages = {
        a_package("source", "a-1-1.src.rpm", testing::put_object(farm.store, "no RPM"))};
    CHECK(farm.refusal_of(order).find("a-1-1.src.rpm") != std::string::npos);
}

TEST_CASE("a stop ends a compose between two steps and leaves nothing") {
    const Farm farm;
    std::stop_source source;
    source.request_stop();
    CHECK(farm.refusal_of(an_order(1), source.get_token()) ==
          "The scheduler was stopped before the compose was complete.");
}

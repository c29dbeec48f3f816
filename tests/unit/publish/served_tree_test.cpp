#include "scheduler/publish/served_tree.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "common/os/files.hpp"
#include "scheduler/publish/compose_tree.hpp"
#include "tests/unit/publish/orders.hpp"

using namespace terrace;
using namespace terrace::publish;
using terrace::testing::an_order;
using terrace::testing::show;

namespace {

/// A release with composes 1 to 4, which have no package each.
struct Release {
    os::TemporaryDirectory root;
    ObjectStore store{root.path() / "objects"};
    std::filesystem::path path = root.path() / "published" / "f45";
    std::filesystem::path stream = path / "streams/testing";

    Release() {
        for (std::int64_t id = 1; id <= 4; ++id) make_compose(store, path, an_order(id), {});
    }
    std::filesystem::path compose(std::int64_t id) const {
        return compose_path(path, ComposeId{id});
    }
    std::filesystem::path served(std::int64_t number) const {
        return path / "served/testing" / std::to_string(number);
    }
};

}  // namespace

TEST_CASE("a stream is a relative link that moves from tree to tree") {
    const Release release;
    show(release.path, 1, 1);
    CHECK(std::filesystem::read_symlink(release.stream) == "../served/testing/1");
    show(release.path, 2, 2);
    show(release.path, 2, 2);
    CHECK(std::filesystem::read_symlink(release.stream) == "../served/testing/2");
    CHECK(std::filesystem::equivalent(release.stream / "COMPOSE.json",
                                      release.compose(2) / "COMPOSE.json"));
    CHECK(std::filesystem::exists(release.stream / "source/repodata/repomd.xml"));
    CHECK(std::filesystem::exists(release.compose(1) / "COMPOSE.json"));
}

TEST_CASE("a served tree has of late composes what is named for good, and nothing else") {
    const Release release;
    const std::string hex(64, 'a');
    const auto repo = release.compose(1) / "x86_64/os";
    std::filesystem::create_directories(repo / "Packages/t");
    for (const char* file : {"Packages/t/tool-1-1.x86_64.rpm", "repodata/repomd.xml.asc", "readme"})
        os::write_file_atomically(repo / file, "of compose 1");
    os::write_file_atomically(repo / "repodata" / (hex + "-primary.xml.zst"), "of compose 1");
    show(release.path, 7, 2, {1, 99});
    const auto served = release.stream / "x86_64/os";
    CHECK(std::filesystem::exists(served / "Packages/t/tool-1-1.x86_64.rpm"));
    CHECK(std::filesystem::exists(served / "repodata" / (hex + "-primary.xml.zst")));
    CHECK_FALSE(std::filesystem::exists(served / "repodata/repomd.xml.asc"));
    CHECK_FALSE(std::filesystem::exists(served / "readme"));
    CHECK(std::filesystem::equivalent(served / "repodata/repomd.xml",
                                      release.compose(2) / "x86_64/os/repodata/repomd.xml"));
    CHECK_FALSE(std::filesystem::exists(release.compose(2) / "x86_64/os/Packages/t"));
}

TEST_CASE("what a crash left of a served tree and of a link is made anew") {
    const Release release;
    std::filesystem::create_directories(release.path / "served/testing/1.incoming/junk");
    std::filesystem::create_directories(release.path / "streams");
    std::filesystem::create_symlink("../composes/0", release.path / "streams/.testing.incoming");
    show(release.path, 1, 1);
    CHECK(std::filesystem::read_symlink(release.stream) == "../served/testing/1");
    CHECK_FALSE(std::filesystem::exists(release.stream / "junk"));
    CHECK_FALSE(std::filesystem::is_symlink(release.path / "streams/.testing.incoming"));
}

TEST_CASE("the newest served trees are kept, and the one that the stream points to") {
    const Release release;
    for (std::int64_t number = 1; number <= 12; ++number) show(release.path, number, 1);
    move_stream(release.path, "testing", StreamMoveId{2}, {});
    remove_old_served_trees(release.path, "testing", 3, {});
    std::set<std::string> left;
    for (const auto& entry : std::filesystem::directory_iterator(release.path / "served/testing"))
        left.insert(entry.path().filename());
    CHECK(left == std::set<std::string>{"2", "10", "11", "12"});
}

TEST_CASE("a served tree that was stopped leaves nothing") {
    const Release release;
    std::stop_source source;
    source.request_stop();
    CHECK_THROWS_AS(make_served_tree(release.path, {"testing", StreamMoveId{1}, ComposeId{1}, {}},
                                     Steps(source.get_token())),
                    PublishError);
    CHECK(std::filesystem::is_empty(release.path / "served/testing"));
}

// A disk that fills up while something is published, and bytes that a disk has damaged.
#include <doctest/doctest.h>

#include <fstream>

#include "tests/integration/publish/many_composes.hpp"
#include "tests/integration/worker/host_limits.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

constexpr std::size_t kKept = 3;

/// Fills the disk but for so many bytes.
void fill(const std::filesystem::path& disk, std::uintmax_t but) {
    std::filesystem::remove(disk / "filler");
    const std::uintmax_t room = std::filesystem::space(disk).available;
    std::ofstream out(disk / "filler", std::ios::binary);
    if (room > but) out << std::string(room - but, 'x') << std::flush;
}

}  // namespace

TEST_CASE("a disk that fills up anywhere stops the compose, moves nothing and loses nothing") {
    const testing::Versions versions(2);
    constexpr std::int64_t kDisk = 4 << 20;
    const worker::SmallDisk disk(kDisk);
    testing::MovingStream stream(versions, disk.path(), kKept);
    Composer composer(stream.store(), stream.published());
    REQUIRE(testing::run(composer, stream.order(1)) == "");
    stream.moved_to(1);
    const core::RunCompose second = stream.order(2);
    int failed = 0;
    for (std::uintmax_t room = 0;; room += 4096) {
        CAPTURE(room);
        REQUIRE(room < static_cast<std::uintmax_t>(kDisk));
        fill(disk.path(), room);
        const std::string error = testing::run(composer, second);
        const auto report = verify_stream(stream.published(), "f45", "testing", {}, {});
        CHECK(report.problems.empty());
        if (error.empty()) {
            CHECK(report.compose == 2);
            break;
        }
        ++failed;
        CHECK(error.find("No space left on device") != std::string::npos);
        CHECK(report.compose == 1);
        const auto fsck = check_all(stream.store(), stream.published(), stream.state({1}), {});
        CHECK(fsck.problems.empty());
    }
    CHECK(failed > 3);
    MESSAGE("failed for " << failed << " sizes of the disk");
    std::filesystem::remove(disk.path() / "filler");
    stream.moved_to(2);
    const auto fsck = check_all(stream.store(), stream.published(), stream.state({1, 2}), {});
    CHECK(fsck.problems.empty());
}

TEST_CASE("a damaged object is named by publishing, fsck and verify, and uploading mends it") {
    const testing::Versions versions(2);
    const os::TemporaryDirectory directory;
    testing::MovingStream stream(versions, directory.path(), kKept);
    Composer composer(stream.store(), stream.published());
    REQUIRE(testing::run(composer, stream.order(1)) == "");
    stream.moved_to(1);
    const core::RunCompose second = stream.order(2);
    const std::filesystem::path object = stream.store().path_of(stream.digest(2));
    const std::string bytes = os::read_file(object);

    SUBCASE("before it is published") {
        std::string damaged = bytes;
        damaged[damaged.size() / 2] ^= 1;
        os::write_file_atomically(object, damaged);
        CHECK(testing::run(composer, second).find("is damaged: its digest is") !=
              std::string::npos);
        CHECK(verify_stream(stream.published(), "f45", "testing", {}, {}).compose == 1);
        const auto fsck = check_all(stream.store(), stream.published(), stream.state({1}), {});
        REQUIRE(fsck.problems.size() == 1);
        CHECK(fsck.problems.front().path == object.string());
        testing::put_object(stream.store(), bytes);
        CHECK(testing::run(composer, second) == "");
    }
    SUBCASE("where readers have it already") {
        REQUIRE(testing::run(composer, second) == "");
        stream.moved_to(2);
        std::filesystem::permissions(object, std::filesystem::perms::owner_all);
        std::fstream(object, std::ios::in | std::ios::out | std::ios::binary) << "damage";
        const auto verified = verify_stream(stream.published(), "f45", "testing", {}, {});
        CHECK(verified.problems.size() == 2);  // in both variants
        const auto fsck = check_all(stream.store(), stream.published(), stream.state({1, 2}), {});
        CHECK(fsck.problems.size() == 3);  // the object, and both links
    }
}

TEST_CASE("fsck names what is missing, and a stream that is not where the database says") {
    const testing::Versions versions(2);
    const os::TemporaryDirectory directory;
    testing::MovingStream stream(versions, directory.path(), kKept);
    Composer composer(stream.store(), stream.published());
    for (const std::int64_t id : {1, 2}) {
        REQUIRE(testing::run(composer, stream.order(id)) == "");
        stream.moved_to(id);
    }
    const auto problems = [&] {
        return check_all(stream.store(), stream.published(), stream.state({1, 2}), {}).problems;
    };
    CHECK(problems().empty());
    SUBCASE("a package of a compose") {
        const auto file = compose_path(stream.release(), ComposeId{1}) / "x86_64/os" /
                          package_location("tool-1-1.noarch.rpm");
        std::filesystem::remove(file);
        CHECK((problems() == std::vector<wire::RepoProblem>{{file.string(), "It is missing."}}));
    }
    SUBCASE("a whole compose") {
        std::filesystem::remove_all(compose_path(stream.release(), ComposeId{1}));
        CHECK(problems().size() == 1);
    }
    SUBCASE("a link of a stream") {
        move_stream(stream.release(), "testing", StreamMoveId{1}, {});
        REQUIRE(problems().size() == 1);
        CHECK(problems().front().what ==
              "It shows compose 1, and the database says 2: the next move of the stream puts it "
              "right.");
        std::filesystem::remove(stream.stream());
        CHECK(problems().size() == 1);
    }
    SUBCASE("a served file") {
        std::filesystem::remove(stream.stream() / "x86_64/os" /
                                package_location("tool-2-1.noarch.rpm"));
        CHECK(problems().size() == 1);
        CHECK(verify_stream(stream.published(), "f45", "testing", {}, {}).problems.size() == 1);
    }
}

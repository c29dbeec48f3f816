#include "scheduler/publish/object_store.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "common/os/files.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

std::size_t count_incoming(const std::filesystem::path& root) {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(root / "incoming"), {}));
}

/// Writing beyond that many bytes of a file fails as long as this lives: a stand-in for a full
/// disk.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &saved_);
        const rlimit limit{bytes, saved_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &saved_);
        std::signal(SIGXFSZ, handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    void (*handler_)(int);
    rlimit saved_{};
};

}  // namespace

TEST_CASE("an upload in pieces becomes an object that nobody can change") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path());
    const Digest digest = os::sha256_of_text("hello world");
    CHECK_FALSE(store.contains(digest));
    CHECK_FALSE(store.size_of(digest).has_value());

    ObjectStore::Upload upload(store, digest);
    upload.append("hello ");
    upload.append("world");
    CHECK_FALSE(store.contains(digest));
    REQUIRE(upload.finish().has_value());

    CHECK(store.contains(digest));
    CHECK(store.size_of(digest) == 11);
    CHECK(store.path_of(digest) == root.path() / digest.hex.substr(0, 2) / digest.hex);
    CHECK(os::read_file(store.path_of(digest)) == "hello world");
    struct stat status {};
    REQUIRE(stat(store.path_of(digest).c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0444);
    CHECK(count_incoming(root.path()) == 0);
}

TEST_CASE("no digest is no object") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path());
    CHECK_FALSE(store.contains(Digest{}));
    CHECK_FALSE(store.size_of(Digest{}).has_value());
}

TEST_CASE("an object may be empty") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path());
    const Digest digest = os::sha256_of_text("");
    REQUIRE(ObjectStore::Upload(store, digest).finish().has_value());
    CHECK(store.size_of(digest) == 0);
}

TEST_CASE("bytes of another digest are refused and nothing is kept") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path());
    const Digest wanted = os::sha256_of_text("right");
    {
        ObjectStore::Upload upload(store, wanted);
        upload.append("wrong");
        const Result<void> result = upload.finish();
        REQUIRE(result.has_error());
        CHECK(result.error().code == Errc::invalid_argument);
        CHECK(result.error().message == "The bytes that were sent have the digest " +
                                            os::sha256_of_text("wrong").hex + ", not " +
                                            wanted.hex + ".");
    }
    CHECK_FALSE(store.contains(wanted));
    CHECK_FALSE(store.contains(os::sha256_of_text("wrong")));
    CHECK(count_incoming(root.path()) == 0);
}

TEST_CASE("an upload that is given up leaves nothing") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path());
    {
        ObjectStore::Upload upload(store, os::sha256_of_text("x"));
        upload.append("x");
        CHECK(count_incoming(root.path()) == 1);
    }
    CHECK(count_incoming(root.path()) == 0);
    CHECK_FALSE(store.contains(os::sha256_of_text("x")));
}

TEST_CASE("a full disk is an exception and leaves nothing") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path());
    const std::string bytes(100'000, 'x');
    {
        ObjectStore::Upload upload(store, os::sha256_of_text(bytes));
        const FileSizeLimit full(4096);
        CHECK_THROWS_AS(upload.append(bytes), std::system_error);
    }
    CHECK_FALSE(store.contains(os::sha256_of_text(bytes)));
    CHECK(count_incoming(root.path()) == 0);
}

TEST_CASE("the same bytes may be uploaded by several at once, and again") {
    const os::TemporaryDirectory root;
    const ObjectStore store(root.path());
    const std::string bytes(300'000, 'x');
    const Digest digest = os::sha256_of_text(bytes);
    std::vector<int> successes(8, 0);
    {
        std::vector<std::jthread> threads;
        for (int& success : successes) {
            threads.emplace_back([&] {
                ObjectStore::Upload upload(store, digest);
                for (std::size_t at = 0; at < bytes.size(); at += 1000) {
                    upload.append(std::string_view(bytes).substr(at, 1000));
                }
                success = upload.finish().has_value() ? 1 : 0;
            });
        }
    }
    CHECK(successes == std::vector<int>(8, 1));
    CHECK(os::sha256_of_file(store.path_of(digest)) == digest);
    CHECK(count_incoming(root.path()) == 0);
}

TEST_CASE("opening a store again keeps its objects and removes what a crash left") {
    const os::TemporaryDirectory root;
    const Digest digest = os::sha256_of_text("kept");
    {
        const ObjectStore store(root.path());
        ObjectStore::Upload upload(store, digest);
        upload.append("kept");
        REQUIRE(upload.finish().has_value());
    }
    os::write_file_atomically(root.path() / "incoming" / "half", "ha");
    const ObjectStore store(root.path());
    CHECK(store.contains(digest));
    CHECK(count_incoming(root.path()) == 0);
}

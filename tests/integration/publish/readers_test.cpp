// Readers of a stream that moves, forwards and back.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>

#include "common/solv/repomd.hpp"
#include "tests/integration/publish/many_composes.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

constexpr std::size_t kKept = 5;

std::size_t env_or(const char* name, std::size_t otherwise) {
    const char* text = std::getenv(name);
    return text ? std::strtoul(text, nullptr, 10) : otherwise;
}

/// What the repository that a repomd.xml describes has beside it: location and digest of each file.
using Listing = std::map<std::string, Digest>;

/// Reads through the stream as dnf does: repomd.xml, the metadata that it names, the packages.
class Readers {
public:
    explicit Readers(std::filesystem::path repo) : repo_(std::move(repo)) {}

    void start(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            threads_.emplace_back([this](const std::stop_token& stop) {
                while (!stop.stop_requested()) pass();
            });
    }

    /// What a repomd.xml of that text names. Before any reader can see it.
    void publishes(const std::string& repomd, Listing listing) {
        const std::lock_guard lock(mutex_);
        listings_[repomd] = std::move(listing);
    }
    void starts_move() { ++moves_; }
    void wait_for_passes(int more) {
        const int enough = passes_ + more;
        while (passes_ < enough) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    void stop() {
        // All at once: a thousand that end one after the other take a quarter of an hour.
        for (std::jthread& thread : threads_) thread.request_stop();
        threads_.clear();
    }

    int passes() const { return passes_; }
    int passes_over_a_move() const { return over_a_move_; }
    std::vector<std::string> failures() {
        const std::lock_guard lock(mutex_);
        return failures_;
    }

private:
    void pass() {
        const int begin = moves_;
        try {
            const std::string repomd = os::read_file(repo_ / "repodata/repomd.xml");
            Listing listing;
            {
                const std::lock_guard lock(mutex_);
                listing = listings_.at(repomd);
            }
            for (const auto& [location, digest] : listing) {
                if (os::sha256_of_file(repo_ / location) != digest)
                    throw std::runtime_error(location + " has another checksum");
            }
        } catch (const std::exception& e) {
            // The compose that it began with may be the one before `begin`: a move is counted
            // before it is made.
            const bool within = moves_ - (begin - 1) <= static_cast<int>(kKept) - 1;
            const std::lock_guard lock(mutex_);
            if (within) failures_.emplace_back(e.what());
            ++passes_;
            return;
        }
        if (moves_ != begin) ++over_a_move_;
        ++passes_;
    }

    std::filesystem::path repo_;
    std::mutex mutex_;
    std::map<std::string, Listing> listings_;
    std::vector<std::string> failures_;
    std::atomic<int> moves_ = 0;
    std::atomic<int> passes_ = 0;
    std::atomic<int> over_a_move_ = 0;
    std::vector<std::jthread> threads_;  // last: they use all of the above
};

Listing listing_of(const std::filesystem::path& repo, const core::RunCompose& order) {
    Listing listing;
    for (const char* type : {"primary", "filelists", "other"}) {
        const auto entry = solv::find_in_repomd(repo / "repodata/repomd.xml", type);
        listing[entry.value().location] = entry->digest;
    }
    const core::ComposePackage& package = order.packages.front();
    listing[package_location(package.filename)] = package.digest;
    return listing;
}

}  // namespace

TEST_CASE("no reader that began within the last composes misses a file, forwards and back") {
    const std::size_t readers_count = env_or("TERRACE_READERS", 50);
    const auto composes = static_cast<std::int64_t>(env_or("TERRACE_READER_COMPOSES", 40));
    const testing::Versions versions(kKept + 4);
    const os::TemporaryDirectory directory(testing::fast_disk());
    testing::MovingStream stream(versions, directory.path(), kKept);
    Composer composer(stream.store(), stream.published());
    const auto first = stream.order(1);
    REQUIRE(testing::run(composer, first) == "");
    stream.moved_to(1);

    const auto repo_of = [&](std::int64_t id) {
        return compose_path(stream.release(), ComposeId{id}) / "x86_64/os";
    };
    const auto repomd_of = [&](std::int64_t id) {
        return os::read_file(repo_of(id) / "repodata/repomd.xml");
    };
    Readers crowd(stream.stream() / "x86_64/os");
    crowd.publishes(repomd_of(1), listing_of(repo_of(1), first));
    crowd.start(readers_count);
    for (std::int64_t id = 2; id <= composes; ++id) {
        const core::RunCompose order = stream.order(id);
        make_compose(stream.store(), stream.release(), order, {});  // it finds it made
        crowd.publishes(repomd_of(id), listing_of(repo_of(id), order));
        crowd.starts_move();
        REQUIRE(testing::run(composer, order) == "");
        stream.moved_to(id);
        crowd.wait_for_passes(static_cast<int>(readers_count) / 4);
        if (id % 3 != 0) continue;
        crowd.starts_move();
        REQUIRE(testing::run(composer, stream.move_to(id - 1)) == "");
        stream.moved_to(id - 1);
        crowd.wait_for_passes(static_cast<int>(readers_count) / 4);
        if (id % 6 == 0) REQUIRE_NOTHROW(composer.collect(stream.garbage(true)));
    }
    crowd.stop();
    const std::vector<std::string> failures = crowd.failures();
    INFO("the first: " << (failures.empty() ? "none" : failures.front()));
    CHECK(failures.empty());
    CHECK(crowd.passes_over_a_move() > 0);
    MESSAGE(crowd.passes() << " passes, " << crowd.passes_over_a_move() << " over a move");
}

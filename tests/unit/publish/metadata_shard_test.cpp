#include "scheduler/publish/metadata_shard.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "common/os/files.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

RepoPackage a_package(int number) {
    const std::string name = "package-" + std::to_string(100'000 + number) + "-1-1.noarch.rpm";
    return {name, os::sha256_of_text(name)};
}

std::vector<RepoPackage> packages(int count) {
    std::vector<RepoPackage> packages;
    for (int i = 0; i < count; ++i) packages.push_back(a_package(2 * i));
    return packages;
}

std::vector<std::vector<RepoPackage>> cut(const std::vector<RepoPackage>& sorted) {
    std::vector<std::vector<RepoPackage>> shards;
    for (const auto shard : shards_of(sorted)) shards.emplace_back(shard.begin(), shard.end());
    return shards;
}

}  // namespace

TEST_CASE("shards hold every package once, in order, and are of a size to work with") {
    const std::vector<RepoPackage> all = packages(20'000);
    std::vector<RepoPackage> joined;
    for (const auto& shard : cut(all)) {
        CHECK_FALSE(shard.empty());
        joined.insert(joined.end(), shard.begin(), shard.end());
    }
    CHECK((joined == all));
    const std::size_t count = cut(all).size();
    CHECK(count > 20'000 / 512);
    CHECK(count < 20'000 / 128);
    CHECK(cut({}).empty());
}

TEST_CASE("a package more changes one shard, or splits one") {
    const std::vector<RepoPackage> all = packages(5'000);
    const auto before = cut(all);
    for (const int odd : {1, 777, 4'001, 9'999}) {
        std::vector<RepoPackage> more = all;
        more.push_back(a_package(odd));
        std::ranges::sort(more, {}, &RepoPackage::filename);
        std::size_t fresh = 0;
        for (const auto& shard : cut(more)) fresh += std::ranges::count(before, shard) == 0 ? 1 : 0;
        CHECK(fresh >= 1);
        CHECK(fresh <= 2);
    }
}

TEST_CASE("what was compressed says how long it was") {
    const std::string text(10'000, 'x');
    const ZstdFrame frame = compressed(text);
    CHECK(frame.size_open == text.size());
    CHECK(frame.bytes.size() < 100);
}

#pragma once

#include <algorithm>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/os/files.hpp"
#include "scheduler/publish/compose_tree.hpp"
#include "scheduler/publish/composer.hpp"
#include "scheduler/publish/fsck.hpp"
#include "tests/unit/ingest/rpmbuild.hpp"
#include "tests/unit/publish/orders.hpp"

namespace terrace::testing {

/// Where files are in memory, if there is such a place: what is tested is the order of steps, and
/// waiting for a disk takes minutes.
inline std::filesystem::path fast_disk() {
    const std::filesystem::path memory = "/dev/shm";
    return std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
}

/// RPMs of so many versions of one package.
class Versions {
public:
    explicit Versions(std::size_t count) : files_(count) {
        std::vector<std::jthread> builders;
        for (std::size_t first = 0; first < kBuilders; ++first) {
            builders.emplace_back([this, first] {
                for (std::size_t i = first; i < files_.size(); i += kBuilders) {
                    const std::string spec =
                        "Name: tool\nVersion: " + std::to_string(i + 1) +
                        "\nRelease: 1\nSummary: A\nLicense: MIT\nBuildArch: noarch\n"
                        "%description\nA.\n%files\n";
                    files_[i] =
                        run_rpmbuild(root_.path() / std::to_string(i), spec, {"-bb"}).front();
                }
            });
        }
    }
    /// Version 1 is the first; after the last they begin anew.
    const std::filesystem::path& file(std::int64_t version) const {
        return files_[static_cast<std::size_t>(version - 1) % files_.size()];
    }

private:
    static constexpr std::size_t kBuilders = 2;
    os::TemporaryDirectory root_;
    std::vector<std::filesystem::path> files_;
};

/// A release whose compose N has version N of the package, and its stream `testing`, as the farm
/// orders it.
class MovingStream {
public:
    /// `versions` must outlive it. `directory` gets everything.
    MovingStream(const Versions& versions, std::filesystem::path directory, std::size_t kept)
        : versions_(versions),
          root_(std::move(directory)),
          kept_(kept),
          store_(root_ / "objects") {}

    const publish::ObjectStore& store() const { return store_; }
    std::filesystem::path published() const { return root_ / "published"; }
    std::filesystem::path release() const { return published() / "f45"; }
    std::filesystem::path stream() const { return release() / "streams/testing"; }
    Digest digest(std::int64_t version) const {
        return os::sha256_of_file(versions_.file(version));
    }

    core::RunCompose order(std::int64_t id) const {
        core::RunCompose order = an_order(id);
        const std::filesystem::path& rpm = versions_.file(id);
        const Digest digest = put_object(store_, os::read_file(rpm));
        for (const char* repo : {"x86_64/os", "x86_64_v3/os"})
            order.packages.push_back(a_package(repo, rpm.filename(), digest));
        if (!shown_.empty()) order.compose.base = shown_.back();
        order.move = next_move();
        order.late = late(order.compose.id);
        order.composes_kept = kept_;
        return order;
    }
    core::RunMove move_to(std::int64_t compose) const {
        core::RunMove order;
        order.move.id = next_move();
        order.move.release = "f45";
        order.move.stream = "testing";
        order.move.kind = core::MoveKind::rollback;
        order.move.compose = ComposeId{compose};
        order.late = late(order.move.compose);
        order.composes_kept = kept_;
        return order;
    }
    /// That move is in the database.
    void moved_to(std::int64_t compose) { shown_.push_back(ComposeId{compose}); }

    /// As the farm decides it: the last composes stay, and the tree that readers see; with
    /// `just_moved` those that they have seen, too.
    core::GarbagePlan garbage(bool just_moved = false) const {
        core::GarbagePlan plan;
        plan.releases = {"f45"};
        std::vector<ComposeId> stay = late(shown_.back());
        stay.push_back(shown_.back());
        for (const ComposeId id : stay) {
            plan.composes.insert({"f45", id});
            plan.objects.insert(digest(id.value));
        }
        const auto moves = static_cast<std::int64_t>(shown_.size());
        const auto trees = just_moved ? static_cast<std::int64_t>(kept_) : 1;
        for (std::int64_t i = 0; i < trees && i < moves; ++i)
            plan.served[{"f45", "testing"}].insert(StreamMoveId{moves - i});
        plan.objects_before =
            std::chrono::floor<Duration>(std::chrono::system_clock::now()) + std::chrono::hours(1);
        return plan;
    }
    /// What the database says: these composes are there, and the stream's last move.
    core::RepoState state(const std::vector<std::int64_t>& composes) const {
        core::RepoState state;
        for (const std::int64_t id : composes) {
            state.composes.push_back(an_order(id).compose);
            state.composes.back().state = core::ComposeState::finished;
        }
        state.streams.push_back({"f45", "testing", shown_.back()});
        return state;
    }

private:
    StreamMoveId next_move() const {
        return StreamMoveId{static_cast<std::int64_t>(shown_.size()) + 1};
    }
    std::vector<ComposeId> late(ComposeId next) const {
        std::vector<ComposeId> late;
        for (auto id = shown_.rbegin(); id != shown_.rend() && late.size() + 1 < kept_; ++id) {
            if (*id != next && std::ranges::find(late, *id) == late.end()) late.push_back(*id);
        }
        return late;
    }

    const Versions& versions_;
    std::filesystem::path root_;
    std::size_t kept_;
    publish::ObjectStore store_;
    std::vector<ComposeId> shown_;  ///< by each move
};

/// Hands an order to a composer and waits for its end. @return why it failed; empty if it did not
template <class Order>
std::string run(publish::Composer& composer, Order order) {
    std::promise<std::string> ended;
    composer.start(std::move(order), [&](const auto& end) { ended.set_value(end.error); });
    return ended.get_future().get();
}

}  // namespace terrace::testing

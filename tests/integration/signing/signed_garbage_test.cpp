#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>

#include "scheduler/publish/compose_tree.hpp"
#include "scheduler/publish/fsck.hpp"
#include "scheduler/publish/provenance_store.hpp"
#include "tests/integration/signing/signing_farm.hpp"
#include "tests/unit/publish/orders.hpp"

using namespace terrace;
using namespace terrace::publish;
using terrace::testing::make_package;
using terrace::testing::SigningFarm;

namespace {

/// Composes 1, 2 and 3 have a version each of the package hello, all of one build's number, so that
/// only the last one's provenance is noted. `other`, of another build, is in compose 1 alone.
/// `next` is signed and in no compose yet.
struct SignedStream {
    SigningFarm farm;
    core::RunCompose later;

    SignedStream() {
        const auto other = make_package(farm.root(), "other", "1.0");
        REQUIRE(farm.publish(farm.order(1, {hello(1), other})) == "");
        REQUIRE(farm.publish(farm.order(2, {hello(2)})) == "");
        REQUIRE(farm.publish(farm.order(3, {hello(3)})) == "");
        later = farm.order(4, {make_package(farm.root(), "next", "1.0")});
        const ComposeSigner signer(farm.store, farm.config, farm.records,
                                   {farm.signer.socket(), farm.url()});
        REQUIRE(signer.sign_rpms(later, wire::SignClass::bulk, {}).size() == 1);
    }
    std::filesystem::path hello(int version) const {
        return make_package(farm.root(), "hello", std::to_string(version));
    }
    Manifest manifest(std::int64_t id) const {
        return read_manifest(compose_path(farm.release(), ComposeId{id}));
    }
    /// Composes 2 and 3 stay. As for objects, only what waits to be published is named: the rest
    /// must follow from the composes.
    core::GarbagePlan plan() const {
        core::GarbagePlan plan;
        plan.releases = {"f45"};
        plan.composes = {{"f45", ComposeId{2}}, {"f45", ComposeId{3}}};
        plan.served[{"f45", "testing"}] = {StreamMoveId{3}};
        plan.objects = {later.packages.at(0).digest};
        plan.objects_before =
            std::chrono::floor<Duration>(std::chrono::system_clock::now()) + std::chrono::hours(1);
        return plan;
    }
    wire::FsckReport fsck() const {
        core::RepoState state;
        for (const std::int64_t id : {2, 3}) {
            state.composes.push_back(testing::an_order(id).compose);
            state.composes.back().state = core::ComposeState::finished;
            state.composes.back().signing = Signing::gnupg;
        }
        state.streams.push_back({"f45", "testing", ComposeId{3}});
        return check_all(farm.store, farm.published(), state, {},
                         [this](const std::string& release) {
                             return SignerClient(farm.signer.socket()).keys(release).public_keys;
                         });
    }
};

bool has_all(const ObjectStore& store, const Manifest& manifest) {
    return std::ranges::all_of(objects_of(manifest),
                               [&](const Digest& object) { return store.contains(object); });
}

}  // namespace

TEST_CASE("gc keeps provenance, and packages before and after they were signed") {
    const SignedStream stream;
    const ObjectStore& store = stream.farm.store;
    const Manifest first = stream.manifest(1);
    const ManifestPackage& hello = first.packages.at(0);
    const ManifestPackage& other = first.packages.at(1);
    REQUIRE(other.filename.starts_with("other"));
    REQUIRE(has_all(store, first));
    const SignedObjects notes(store);
    const Digest& next = stream.later.packages.at(0).digest;
    const auto signed_next = notes.find(stream.farm.key, next);
    REQUIRE(signed_next);

    Composer composer(store, stream.farm.published());
    core::GarbagePlan plan = stream.plan();
    plan.dry_run = true;
    const wire::GarbageReport foretold = composer.collect(plan);
    CHECK(has_all(store, first));
    CHECK(notes.find(stream.farm.key, hello.digest) == hello.signed_digest);
    plan.dry_run = false;
    const wire::GarbageReport done = composer.collect(plan);
    CHECK(foretold.objects == done.objects);
    CHECK(foretold.bytes == done.bytes);

    CHECK(has_all(store, stream.manifest(2)));  // its envelope is in no note
    CHECK(has_all(store, stream.manifest(3)));
    CHECK(store.contains(next));
    CHECK(notes.find(stream.farm.key, next) == signed_next);

    // Of compose 1: two packages in two forms, and the envelope that is in no note.
    CHECK(done.objects == 5);
    CHECK_FALSE(store.contains(hello.digest));
    CHECK_FALSE(store.contains(hello.published()));
    CHECK_FALSE(store.contains(*hello.provenance));
    CHECK_FALSE(store.contains(other.digest));
    CHECK(store.contains(*other.provenance));  // how a build was made can be asked for good
    std::size_t noted = 0;
    notes.each([&](const std::string&, const Digest& unsigned_digest, const Digest&) {
        ++noted;
        CHECK(store.contains(unsigned_digest));
    });
    CHECK(noted == 3);
    CHECK(composer.collect(plan).objects == 0);
    CHECK(stream.fsck().problems.empty());
}

TEST_CASE("gc keeps what the composes of a release need that the configuration does not have") {
    const SignedStream stream;
    core::GarbagePlan plan = stream.plan();
    plan.releases = {"f46"};
    Composer composer(stream.farm.store, stream.farm.published());
    CHECK(composer.collect(plan).objects == 0);
    for (const std::int64_t id : {1, 2, 3}) CHECK(has_all(stream.farm.store, stream.manifest(id)));
}

TEST_CASE("fsck compares a signed package with its signed object, and misses lost provenance") {
    const SignedStream stream;
    CHECK(stream.fsck().problems.empty());
    const ManifestPackage package = stream.manifest(2).packages.at(0);
    const std::filesystem::path envelope = stream.farm.store.path_of(*package.provenance);
    std::filesystem::remove(envelope);
    const wire::FsckReport lost = stream.fsck();
    REQUIRE(lost.problems.size() == 1);
    CHECK(lost.problems.at(0).path == envelope.string());
}

#include <doctest/doctest.h>

#include <future>
#include <string>

#include "common/os/local_socket.hpp"
#include "scheduler/publish/rpm_signature.hpp"
#include "scheduler/publish/signing_queue.hpp"
#include "tests/integration/signing/signing_farm.hpp"

using namespace terrace;
using namespace terrace::publish;
using terrace::testing::damage;
using terrace::testing::make_package;
using terrace::testing::run_program;
using terrace::testing::SigningFarm;

namespace {

std::string refusal_of(SignerClient& client,
                       wire::SignKind kind,
                       const std::string& release,
                       const std::string& bytes) {
    try {
        client.sign(kind, wire::SignClass::urgent, release, bytes);
    } catch (const PublishError& e) {
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a signer that is killed in the middle moves no stream, and nothing is signed twice") {
    SigningFarm farm;
    const auto first = make_package(farm.root(), "hello", "1.0");
    const auto second = make_package(farm.root(), "other", "1.0");
    REQUIRE(farm.publish(farm.order(1, {first})) == "");
    const auto shown = std::filesystem::read_symlink(farm.stream());
    const auto third = make_package(farm.root(), "third", "1.0");
    const core::RunCompose order = farm.order(2, {first, second, third});

    // Before the second new package is signed.
    int signatures = 0;
    const std::string error = farm.publish(order, farm.signer.socket(), [&](std::string_view step) {
        if (step == "sign a package" && ++signatures == 3) farm.signer.kill();
    });
    INFO(error);
    CHECK(error.find("terrace-signer") != std::string::npos);
    CHECK(error.find(farm.signer.socket().string()) != std::string::npos);
    CHECK(std::filesystem::read_symlink(farm.stream()) == shown);
    CHECK_FALSE(std::filesystem::exists(farm.release() / "composes/2"));
    const auto kept = SignedObjects(farm.store).find(farm.key, os::sha256_of_file(second));
    REQUIRE(kept);

    farm.signer.start();
    REQUIRE(farm.publish(order) == "");
    CHECK(std::filesystem::read_symlink(farm.stream()) != shown);
    CHECK(SignedObjects(farm.store).find(farm.key, os::sha256_of_file(second)) == kept);
}

TEST_CASE("a signer that is killed while metadata is signed moves no stream either") {
    SigningFarm farm;
    const auto rpm = make_package(farm.root(), "hello", "1.0");
    const std::string error =
        farm.publish(farm.order(1, {rpm}), farm.signer.socket(), [&](std::string_view step) {
            if (step == "sign metadata" && !std::filesystem::exists(farm.root() / "killed")) {
                os::write_file_atomically(farm.root() / "killed", "");
                farm.signer.kill();
            }
        });
    CHECK(error.find("terrace-signer") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(farm.stream()));
    farm.signer.start();
    CHECK(farm.publish(farm.order(1, {rpm})) == "");
}

TEST_CASE("a client goes on with a signer that was started anew") {
    SigningFarm farm;
    SignerClient client(farm.signer.socket());
    const wire::ReleaseKeys keys = client.keys("f45");
    CHECK(keys.fingerprint == farm.key);
    farm.signer.kill();
    farm.signer.start();
    CHECK(client.keys("f45") == keys);
}

TEST_CASE("the signer signs nothing but what it is for, and says why") {
    SigningFarm farm;
    SignerClient client(farm.signer.socket());
    const std::string repomd = "<?xml version=\"1.0\"?><repomd/>";
    CHECK(refusal_of(client, wire::SignKind::metadata, "f45", repomd) == "");
    const std::string sums = std::string(64, 'a') + "  COMPOSE.json\n";
    CHECK(refusal_of(client, wire::SignKind::sums, "f45", sums) == "");
    CHECK(refusal_of(client, wire::SignKind::sums, "f45", repomd) != "");
    CHECK(refusal_of(client, wire::SignKind::metadata, "f45", sums) != "");
    CHECK(refusal_of(client, wire::SignKind::rpm_header, "f45", repomd).find("no rpm_header") !=
          std::string::npos);
    CHECK(refusal_of(client, wire::SignKind::statement, "f45", repomd).find("no statement") !=
          std::string::npos);
    CHECK(refusal_of(client, wire::SignKind::metadata, "f46", repomd)
              .find("no key for the release f46") != std::string::npos);
    CHECK(refusal_of(client, wire::SignKind::metadata, "f45",
                     std::string(wire::kSignBodyBytesMax + 1, '<'))
              .find("takes no more than") != std::string::npos);
    // What is no request is answered, and the connection stays.
    const os::UniqueFd raw = os::connect_to(farm.signer.socket());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (int times = 0; times < 2; ++times) {
        os::send_message(raw, "no JSON", "", deadline);
        const auto answer = os::receive_message(raw, {1 << 16, 1 << 16}, deadline);
        REQUIRE(answer);
        CHECK(answer->head.find("not valid JSON") != std::string::npos);
    }
}

TEST_CASE("a key that is not there keeps the signer from starting") {
    SigningFarm farm;
    const auto config = farm.root() / "wrong.yaml";
    os::write_file_atomically(config, "socket: wrong\ngnupg_home: " + farm.keys.path().string() +
                                          "\nreleases:\n  - {release: f45, key: " +
                                          std::string(40, 'A') + ", statement_key: f45.pem}\n");
    const auto run = run_program({TERRACE_SIGNER_PROGRAM, "--config", config, "--check-config"});
    INFO(run.output);
    CHECK(run.exit_code == 1);
    CHECK(run.output.find(std::string(40, 'A')) != std::string::npos);
    const auto good = run_program(
        {TERRACE_SIGNER_PROGRAM, "--config", farm.root() / "signer.yaml", "--check-config"});
    CHECK(good.exit_code == 0);
}

TEST_CASE("what is damaged, no RPM or not there is not signed") {
    SigningFarm farm;
    const auto rpm = make_package(farm.root(), "hello", "1.0");
    core::RunCompose order = farm.order(1, {rpm});
    damage(farm.store.path_of(order.packages[0].digest), 0);
    CHECK(farm.publish(order).find("is damaged") != std::string::npos);
    std::filesystem::remove(farm.store.path_of(order.packages[0].digest));
    CHECK(farm.publish(order).find("there is no object") != std::string::npos);
    os::write_file_atomically(farm.root() / "text.rpm", std::string(1000, 'x'));
    CHECK(farm.publish(farm.order(1, {farm.root() / "text.rpm"})).find("it is no RPM") !=
          std::string::npos);
    CHECK_FALSE(std::filesystem::exists(farm.stream()));
}

TEST_CASE("a mass rebuild's packages are signed before its compose stands in the line") {
    SigningFarm farm;
    core::RunCompose order = farm.order(1, {make_package(farm.root(), "hello", "1.0")});
    order.priority = PriorityClass::background;
    const ComposeSigner signer(farm.store, farm.config, farm.records,
                               {farm.signer.socket(), farm.url()});
    Composer composer(farm.store, farm.published(), {}, {}, &signer);
    SigningQueue queue(composer, signer);
    const auto run = [&queue](const core::RunCompose& wanted) {
        std::promise<std::string> error;
        queue.start(wanted, [&](const core::ComposeEnded& end) { error.set_value(end.error); });
        return error.get_future().get();
    };
    CHECK(run(order) == "");
    farm.signer.kill();
    core::RunMove back;  // what it goes to is signed already
    back.move.id = StreamMoveId{2};
    back.move.release = "f45";
    back.move.stream = "stable";
    back.move.compose = order.compose.id;
    std::promise<std::string> moved;
    queue.start(back, [&](const core::MoveEnded& end) { moved.set_value(end.error); });
    CHECK(moved.get_future().get() == "");
    CHECK(read_manifest(farm.release() / "streams/stable").id == order.compose.id);
    core::RunCompose next = farm.order(2, {make_package(farm.root(), "hello", "2.0")});
    next.priority = PriorityClass::background;
    CHECK(run(next).find("terrace-signer") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(farm.release() / "composes/2"));
    queue.stop();
    composer.stop();
}

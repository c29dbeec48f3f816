#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>

#include "common/wire/json.hpp"
#include "common/wire/worker_api.hpp"
#include "tests/integration/http/fake_farm.hpp"

namespace terrace::rest {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string a_lease_request(Duration wait) {
    wire::LeaseRequest request;
    request.worker = WorkerId{4};
    request.incarnation = "i";
    request.wait = wait;
    return wire::to_text(request);
}

core::Reply a_grant() {
    LeaseGrant grant;
    grant.attempt = AttemptId{93};
    grant.fence = 7;
    return grant;
}

/// Has work once it is told so.
struct Work {
    std::atomic<bool> ready = false;
    std::atomic<int> asked = 0;
    Result<core::Reply> decide(const core::Event& event) {
        CHECK(std::get<core::RequestLease>(event).worker == WorkerId{4});
        ++asked;
        if (ready) return a_grant();
        return core::Reply(core::NoLease{});
    }
};

/// Waits for what another thread is about to do; fails the test rather than hang.
template <class Condition>
void wait_until(Condition condition) {
    const auto deadline = Clock::now() + 20s;
    while (!condition() && Clock::now() < deadline) std::this_thread::yield();
    REQUIRE(condition());
}

}  // namespace

TEST_CASE("a lease that is there is granted at once") {
    Work work;
    work.ready = true;
    FakeFarm farm;
    farm.engine.decide = [&work](const core::Event& event) { return work.decide(event); };
    http::Client client(farm.url(), "");
    const auto response = client.request("POST", "/v1/leases", a_lease_request(60s));
    REQUIRE(response.has_value());
    CHECK(response->status == 200);
    const auto grant = wire::from_text<LeaseGrant>(response->body);
    REQUIRE(grant.has_value());
    CHECK(grant->attempt == AttemptId{93});
    CHECK(grant->fence == 7);
}

TEST_CASE("nothing to do is 204 after the time that the worker would wait") {
    Work work;
    FakeFarm farm;
    farm.engine.decide = [&work](const core::Event& event) { return work.decide(event); };
    http::Client client(farm.url(), "");
    const auto response = client.request("POST", "/v1/leases", a_lease_request(20ms));
    REQUIRE(response.has_value());
    CHECK(response->status == 204);
    CHECK(response->body.empty());
    CHECK(work.asked == 2);
}

TEST_CASE("a long poll wakes when there may be work") {
    Work work;
    FakeFarm farm;
    farm.engine.decide = [&work](const core::Event& event) { return work.decide(event); };
    auto poll = std::async(std::launch::async, [&farm] {
        http::Client client(farm.url(), "");
        return client.request("POST", "/v1/leases", a_lease_request(60s), 90s);
    });
    wait_until([&work] { return work.asked == 1; });
    work.ready = true;
    const auto raised = Clock::now();
    farm.raise_work();
    const auto response = poll.get();
    REQUIRE(response.has_value());
    CHECK(response->status == 200);
    CHECK(Clock::now() - raised < 20s);
}

TEST_CASE("a worker that went away is given no lease") {
    Work work;
    FakeFarm farm;
    farm.engine.decide = [&work](const core::Event& event) { return work.decide(event); };
    {
        http::Client client(farm.url(), "");
        const auto gone = client.request("POST", "/v1/leases", a_lease_request(60s), 100ms);
        REQUIRE(gone.has_error());
        CHECK(gone.error().message ==
              "The farm at " + farm.url() + " did not answer within 100 ms.");
    }
    CHECK(work.asked == 1);
    work.ready = true;
    farm.raise_work();
    farm.stop();
    CHECK(work.asked == 1);
}

TEST_CASE("long polls end when the farm stops") {
    Work work;
    FakeFarm farm;
    farm.engine.decide = [&work](const core::Event& event) { return work.decide(event); };
    auto poll = std::async(std::launch::async, [&farm] {
        http::Client client(farm.url(), "");
        return client.request("POST", "/v1/leases", a_lease_request(60s), 90s);
    });
    wait_until([&work] { return work.asked == 1; });
    farm.stop();
    const auto response = poll.get();
    REQUIRE(response.has_value());
    CHECK(response->status == 204);
    http::Client client(farm.url(), "");
    CHECK(client.request("GET", "/v1/releases", "").has_error());
}

}  // namespace terrace::rest

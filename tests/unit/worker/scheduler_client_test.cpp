#include "worker/client/scheduler_client.hpp"

#include <doctest/doctest.h>

namespace terrace::worker {
namespace {

TEST_CASE("an answer's status decides what kind of error it is") {
    struct Row {
        unsigned status;
        Errc code;
    };
    for (const Row& row :
         {Row{400, Errc::invalid_argument}, Row{401, Errc::unauthorized}, Row{404, Errc::not_found},
          Row{409, Errc::stale_lease}, Row{413, Errc::invalid_argument},
          Row{500, Errc::unavailable}, Row{503, Errc::unavailable}}) {
        CAPTURE(row.status);
        const auto error = error_of(row.status, "", "POST /v1/leases");
        REQUIRE(error);
        CHECK(error->code == row.code);
    }
    CHECK_FALSE(error_of(200, "{}", "x"));
    CHECK_FALSE(error_of(204, "", "x"));
}

TEST_CASE("the scheduler's sentence is passed on, and a proxy's page is not") {
    CHECK(error_of(409, R"({"error": "The lease has ended."})", "POST /x")->message ==
          "POST /x was answered with 409: The lease has ended.");
    CHECK(error_of(502, "<html>Bad gateway</html>", "POST /x")->message ==
          "POST /x was answered with 502.");
}

TEST_CASE("a farm that cannot be reached is unavailable, whatever is asked of it") {
    SchedulerClient client("http://127.0.0.1:1", "");
    CHECK(client.register_worker({}).error().code == Errc::unavailable);
    CHECK(client.request_lease({}).error().code == Errc::unavailable);
    CHECK(client.heartbeat({}).error().code == Errc::unavailable);
    CHECK(client.append_log({}, 0, "x").error().code == Errc::unavailable);
    CHECK(client.report({}, {}).error().code == Errc::unavailable);
    CHECK(client.store_object({}, {}, "/dev/null").error().code == Errc::unavailable);
}

}  // namespace
}  // namespace terrace::worker

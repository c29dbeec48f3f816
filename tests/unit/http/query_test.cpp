#include "scheduler/http/query.hpp"

#include <doctest/doctest.h>

#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

Request with_parameters(std::vector<std::pair<std::string, std::string>> parameters) {
    Request request;
    request.parameters = std::move(parameters);
    return request;
}

}  // namespace

TEST_CASE("parameters become the members of their names") {
    const auto filter = list_filter<BuildFilter>(with_parameters(
        {{"rebuild", "4"}, {"state", "failed"}, {"after", "100"}, {"limit", "10000"}}));
    REQUIRE(filter.has_value());
    CHECK(filter->rebuild == 4);
    CHECK(filter->state == "failed");
    CHECK(filter->variant.empty());
    CHECK(filter->after == 100);
    CHECK(filter->limit == 10000);
    CHECK(list_filter<BuildFilter>(with_parameters({}))->limit == 1000);
}

TEST_CASE("a parameter that is unknown, no number or out of range is a sentence") {
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {"stat", "failed"}, {"rebuild", ""}, {"rebuild", "x"},   {"rebuild", "-1"},
        {"rebuild", "1.5"}, {"limit", "0"},  {"limit", "10001"}, {"after", "99999999999999999999"}};
    for (const auto& parameter : wrong) {
        CAPTURE(parameter.first);
        CAPTURE(parameter.second);
        const auto filter = list_filter<BuildFilter>(with_parameters({parameter}));
        REQUIRE(filter.has_error());
        CHECK(filter.error().code == Errc::invalid_argument);
        CHECK(filter.error().message.ends_with("."));
    }
    CHECK(list_filter<BuildFilter>(with_parameters({{"stat", "x"}})).error().message ==
          "There is no parameter 'stat' here; known are: after, limit, rebuild, state, variant, "
          "package.");
}

}  // namespace terrace::rest

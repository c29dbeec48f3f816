// What another policy would have made of a rebuild's samples.
#include "scheduler/core/gate/policy_test.hpp"

#include <map>

#include "common/wire/json.hpp"
#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

struct StoredSamples {
    std::vector<core::ComparisonLook> looks;
    std::vector<core::ComparisonSample> samples;
};
BOOST_DESCRIBE_STRUCT(StoredSamples, (), (looks, samples))

Result<core::Measured> measured_in(const std::string& comparison) {
    const auto stored = wire::from_text<StoredSamples>(comparison);
    if (!stored) return stored.error();
    core::Measured measured;
    for (const core::ComparisonLook& look : stored->looks)
        measured.looks[{look.attempt, look.pairs}] = look;
    for (const core::ComparisonSample& sample : stored->samples) {
        measured.samples[{sample.attempt, sample.benchmark, sample.pair, sample.variant}] = sample;
    }
    return measured;
}

/// Comparison by comparison: the samples of a mass rebuild are too many for one answer.
Result<std::string> decide_anew(const Services& services,
                                const core::GateFactsOfRebuild& facts,
                                const core::GatePolicy& policy) {
    std::map<ComparisonId, core::Measured> measured;
    for (const core::GateFacts& row : facts.rows) {
        if (row.comparison.results.empty()) continue;
        const ComparisonId id = core::measured_as(row.comparison);
        const auto text = services.reads.comparison(id);
        if (!text) continue;
        Result<core::Measured> found = measured_in(*text);
        if (!found) return found.error();
        measured[id] = std::move(*found);
    }
    return wire::to_text(core::test_policy(facts, measured, policy));
}

asio::awaitable<Response> test_policy(const Services& services, Request request) {
    const Result<RebuildId> id = captured_id<RebuildId>(request);
    if (!id) co_return failure(id.error());
    const Result<wire::PolicyTestRequest> wanted = decode_body<wire::PolicyTestRequest>(request);
    if (!wanted) co_return failure(wanted.error());
    const Result<core::GatePolicy> policy = services.parse_gate_policy(wanted->policy);
    if (!policy) co_return failure(policy.error());
    core::Event event = core::AskGateFacts{*id};
    Result<core::Reply> reply = co_await ask(services.post, std::move(event));
    if (!reply) co_return failure(reply.error());
    auto test = [&services, policy = *policy,
                 facts = std::move(std::get<core::GateFactsOfRebuild>(*reply))]() {
        return decide_anew(services, facts, policy);
    };
    Result<std::string> text = co_await services.intake_pool.run(std::move(test));
    if (!text) co_return failure(text.error());
    co_return json_response(200, std::move(*text));
}

}  // namespace

void add_gate_policy(Router& router, const Services& services) {
    add_post(router, "/v1/rebuilds/*/gate/policy-test", services.limits.json,
             [&services](Request request) { return test_policy(services, std::move(request)); });
}

}  // namespace terrace::rest

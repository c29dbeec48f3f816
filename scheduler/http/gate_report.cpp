// The cost table of a rebuild, and how often the gate is wrong.
#include "common/wire/json.hpp"
#include "scheduler/core/gate/cost_report.hpp"
#include "scheduler/core/gate/truth.hpp"
#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

struct TruthFilter {
    std::string release;
};
BOOST_DESCRIBE_STRUCT(TruthFilter, (), (release))

/// On a blocking thread.
Result<Truth> truth_about(const Services& services, const std::string& release) {
    const auto rows = wire::from_text<std::vector<core::SelfComparison>>(
        services.reads.self_comparisons(release));
    if (!rows) return rows.error();
    Truth truth = core::truth_of(*rows);
    truth.release = release;
    return truth;
}

asio::awaitable<Response> tell_truth(const Services& services, Request request) {
    const Result<TruthFilter> filter = from_query<TruthFilter>(request);
    if (!filter) co_return failure(filter.error());
    if (!filter->release.empty() && !services.farm.releases.contains(filter->release))
        co_return failure(404, "There is no release '" + filter->release + "'.");
    auto query = [&services, release = filter->release]() -> Result<std::string> {
        const Result<Truth> truth = truth_about(services, release);
        if (!truth) return truth.error();
        return wire::to_text(*truth);
    };
    co_return co_await answer_query(services, std::move(query));
}

/// The gate's word comes from the engine, before the figures from the database: what is decided in
/// between is then shown as decided, with the stage that it had.
asio::awaitable<Response> report_gate(const Services& services, Request request) {
    const Result<RebuildId> id = captured_id<RebuildId>(request);
    if (!id) co_return failure(id.error());
    core::Event event = core::ShowGate{*id, ""};
    const Result<core::Reply> gate = co_await ask(services.post, std::move(event));
    if (!gate) co_return failure(gate.error());
    auto report = [&services, rebuild = *id,
                   rows = std::get<core::GateRows>(*gate).rows]() -> Result<std::string> {
        const auto costs = row_or_error(services.reads.gate_costs(rebuild), "rebuild",
                                        std::to_string(rebuild.value));
        if (!costs) return costs.error();
        const auto read = wire::from_text<core::ComparedRebuild>(*costs);
        if (!read) return read.error();
        CostReport shown = core::cost_report(*read, rows);
        const Result<Truth> truth = truth_about(services, shown.release);
        if (!truth) return truth.error();
        shown.truth = *truth;
        return wire::to_text(shown);
    };
    co_return co_await answer_query(services, std::move(report));
}

}  // namespace

void add_gate_report(Router& router, const Services& services) {
    add_get(router, "/v1/rebuilds/*/gate/report",
            [&services](Request request) { return report_gate(services, std::move(request)); });
    add_get(router, "/v1/gate/truth",
            [&services](Request request) { return tell_truth(services, std::move(request)); });
}

}  // namespace terrace::rest

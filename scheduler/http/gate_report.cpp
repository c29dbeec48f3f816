// The cost table of a rebuild.
#include "common/wire/json.hpp"
#include "scheduler/core/gate/cost_report.hpp"
#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

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
        return wire::to_text(core::cost_report(*read, rows));
    };
    co_return co_await answer_query(services, std::move(report));
}

}  // namespace

void add_gate_report(Router& router, const Services& services) {
    add_get(router, "/v1/rebuilds/*/gate/report",
            [&services](Request request) { return report_gate(services, std::move(request)); });
}

}  // namespace terrace::rest

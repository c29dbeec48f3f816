#include "common/wire/json.hpp"
#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

namespace json = boost::json;

json::value json_of(const core::VariantSpec& variant) {
    return {{"name", variant.name},
            {"target_arch", variant.target_arch},
            {"target_level", name_of(variant.target_level)},
            {"run_level", name_of(variant.run_level)},
            {"encoding", name_of(variant.encoding)},
            {"mock_config", variant.mock_config}};
}

json::value json_of(const core::ReleaseSpec& release) {
    json::array variants;
    for (const core::VariantSpec& variant : release.variants) variants.push_back(json_of(variant));
    return {{"name", release.name},
            {"dist_suffix", release.dist_suffix},
            {"baseline", release.baseline().name},
            {"variants", std::move(variants)},
            {"streams", wire::to_json(release.streams)},
            {"signing", name_of(release.signing)}};
}

/// Releases are in the configuration, so nothing is asked of anybody.
asio::awaitable<Response> list_releases(const Services& services, Request request) {
    const Result<Page> page = list_filter<Page>(request);
    if (!page) co_return failure(page.error());
    json::array rows;
    for (const auto& [name, release] : services.farm.releases) rows.push_back(json_of(release));
    co_return json_response(200, json::serialize(rows));
}

}  // namespace

void add_releases(Router& router, const Services& services) {
    add_get(router, "/v1/releases",
            [&services](Request request) { return list_releases(services, std::move(request)); });
}

}  // namespace terrace::rest

#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {

void add_comparisons(Router& router, const Services& services) {
    add_list(router, "/v1/comparisons", services, &Reads::comparisons);
    add_row(router, "/v1/comparisons/*", "comparison", services, &Reads::comparison);
}

}  // namespace terrace::rest

#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {

void add_composes(Router& router, const Services& services) {
    add_list(router, "/v1/composes", services, &Reads::composes);
    add_row(router, "/v1/composes/*", "compose", services, &Reads::compose);
    add_list(router, "/v1/streams", services, &Reads::streams);
}

}  // namespace terrace::rest

#include "scheduler/http/resources.hpp"

namespace terrace::rest {

void add_all(Router& router, const Services& services) {
    add_status(router, services);
    add_releases(router, services);
    add_workers(router, services);
    add_leases(router, services);
    add_packages(router, services);
    add_seeds(router, services);
    add_rebuilds(router, services);
    add_builds(router, services);
    add_attempts(router, services);
    add_comparisons(router, services);
    add_gate(router, services);
    add_gate_report(router, services);
    add_gate_policy(router, services);
    add_composes(router, services);
    add_streams(router, services);
    add_objects(router, services);
}

}  // namespace terrace::rest

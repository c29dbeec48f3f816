#pragma once

#include "scheduler/http/router.hpp"
#include "scheduler/http/services.hpp"

/// The resources of docs/api.md, a file each. `services` must outlive the router.
namespace terrace::rest {

void add_status(Router& router, const Services& services);
void add_releases(Router& router, const Services& services);
void add_workers(Router& router, const Services& services);
void add_leases(Router& router, const Services& services);
void add_packages(Router& router, const Services& services);
void add_seeds(Router& router, const Services& services);
void add_rebuilds(Router& router, const Services& services);
void add_builds(Router& router, const Services& services);
void add_attempts(Router& router, const Services& services);
void add_comparisons(Router& router, const Services& services);
void add_gate(Router& router, const Services& services);
void add_gate_policy(Router& router, const Services& services);
void add_gate_report(Router& router, const Services& services);
void add_composes(Router& router, const Services& services);
void add_streams(Router& router, const Services& services);
void add_objects(Router& router, const Services& services);

void add_all(Router& router, const Services& services);

}  // namespace terrace::rest

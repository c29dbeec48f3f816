#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "common/vocab/id.hpp"
#include "common/vocab/lease.hpp"
#include "common/vocab/level.hpp"
#include "common/vocab/time.hpp"
#include "common/vocab/worker_hello.hpp"

/// What a worker and the scheduler say to each other. JSON by common/wire/json.hpp.
///
// clang-format off
///   POST /v1/workers                     WorkerHello   -> WorkerWelcome
///   POST /v1/leases                      LeaseRequest  -> LeaseGrant (long poll); 204: nothing to do
///   POST /v1/heartbeats                  Heartbeat     -> HeartbeatReply
///   POST /v1/attempts/ID/log?fence=&offset=            text -> 204; 409: stale, or a gap, and then
///                                                      Terrace-Offset says where to go on
///   POST /v1/attempts/ID/looks           LookReport    -> LookAnswer; 409: stale
///   POST /v1/attempts/ID/result          AttemptReport -> 204; 409: stale
///   HEAD, GET, PUT /v1/objects/SHA256?attempt=&fence=&offset=   bytes (docs/api.md, "Workers")
// clang-format on
///
/// An incarnation is a random name that a worker process gives itself at start: attempts of an
/// earlier incarnation are lost, so their leases end at once.
namespace terrace::wire {

struct WorkerWelcome {
    WorkerId worker;
    Level level = Level::none;  ///< as the scheduler derived it
    Duration heartbeat_interval{};
};
BOOST_DESCRIBE_STRUCT(WorkerWelcome, (), (worker, level, heartbeat_interval))

struct LeaseRequest {
    WorkerId worker;
    std::string incarnation;
    int slot = 0;
    Duration wait{};  ///< how long the scheduler may hold the request while there is nothing to do
};
BOOST_DESCRIBE_STRUCT(LeaseRequest, (), (worker, incarnation, slot, wait))

struct Heartbeat {
    WorkerId worker;
    std::string incarnation;
    std::vector<LeaseKey> running;
    /// As WorkerHello says; 0: as before.
    std::int64_t disk_bytes_free = 0;
};
BOOST_DESCRIBE_STRUCT(Heartbeat, (), (worker, incarnation, running, disk_bytes_free))

struct HeartbeatReply {
    std::vector<AttemptId> ended;  ///< of those running: the lease has ended, stop the attempt
    bool register_again = false;   ///< the scheduler does not know this incarnation
};
BOOST_DESCRIBE_STRUCT(HeartbeatReply, (), (ended, register_again))

}  // namespace terrace::wire

#include "worker/client/scheduler_client.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>

#include "common/os/files.hpp"
#include "common/runtime/log.hpp"
#include "common/wire/json.hpp"
#include "common/wire/rest.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

constexpr Duration kCallTimeout = 30s;
/// Short, so that one lost answer leaves time for another heartbeat before the leases end.
constexpr Duration kHeartbeatTimeout = 5s;
/// For each step of a transfer: long enough for the farm to sync a large file to a busy disk.
constexpr Duration kTransferTimeout = 2min;
constexpr int kUploadTriesMax = 5;
constexpr unsigned kNoContent = 204;
constexpr unsigned kConflict = 409;

Errc code_of(unsigned status) {
    switch (status) {
        case 401: return Errc::unauthorized;
        case 404: return Errc::not_found;
        case 409: return Errc::stale_lease;
        default: return status >= 500 ? Errc::unavailable : Errc::invalid_argument;
    }
}

std::string object_target(const Digest& digest) {
    return "/v1/objects/" + digest.hex;
}

std::string attempt_target(AttemptId attempt, const std::string& what) {
    return "/v1/attempts/" + std::to_string(attempt.value) + "/" + what;
}

/// The answer, if it is a success.
Result<http::ClientResponse> succeeded(Result<http::ClientResponse> response,
                                       const std::string& what) {
    if (!response) return response.error();
    if (const auto error = error_of(response->status, response->body, what)) return *error;
    return response;
}

Result<void> without_body(const Result<http::ClientResponse>& response) {
    if (!response) return response.error();
    return {};
}

Result<http::ClientResponse> post(ClientPool& pool,
                                  const std::string& target,
                                  const std::string& body,
                                  Duration timeout = kCallTimeout) {
    return succeeded(ClientPool::Loan(pool)->request("POST", target, body, timeout),
                     "POST " + target);
}

/// A file of this machine cannot be read or written: not the farm's matter, so asking it again is
/// of no use.
Error local_trouble(const Digest& digest, const std::system_error& e) {
    return {Errc::conflict, "The object " + digest.hex + " could not be moved: " + e.what() + "."};
}

/// The answer's body, read as a T. What cannot be read came from something that is not our
/// scheduler.
template <class T>
Result<T> read_answer(const Result<http::ClientResponse>& response, const char* what) {
    if (!response) return response.error();
    auto value = wire::from_text<T>(response->body);
    if (value) return value;
    return Error{Errc::unavailable, std::string("The scheduler's answer to ") + what +
                                        " cannot be read: " + value.error().message};
}

}  // namespace

std::optional<Error> error_of(unsigned status, const std::string& body, const std::string& what) {
    if (status >= 200 && status < 300) return std::nullopt;
    const auto failure = wire::from_text<wire::Failure>(body);
    const std::string sentence = failure ? failure->error : "";
    return Error{code_of(status), what + " was answered with " + std::to_string(status) +
                                      (sentence.empty() ? "." : ": " + sentence)};
}

template <class T>
Result<T> SchedulerClient::observed(Result<T> result) {
    const bool reachable = result.has_value() || result.error().code != Errc::unavailable;
    if (reachable_.exchange(reachable) == reachable) return result;
    if (reachable) {
        runtime::log_info("farm_reached", {{"scheduler", pool_.url()}});
    } else {
        runtime::log_warn("farm_away", {{"error", result.error().message}});
    }
    return result;
}

Result<wire::WorkerWelcome> SchedulerClient::register_worker(const WorkerHello& hello) {
    const auto welcome = observed(read_answer<wire::WorkerWelcome>(
        post(pool_, "/v1/workers", wire::to_text(hello)), "the registration"));
    if (welcome) {
        runtime::log_info("worker_registered",
                          {{"worker", welcome->worker}, {"level", name_of(welcome->level)}});
    } else if (welcome.error().code != Errc::unavailable) {
        runtime::log_error("registration_refused", {{"error", welcome.error().message}});
    }
    return welcome;
}

Result<std::optional<LeaseGrant>> SchedulerClient::request_lease(
    const wire::LeaseRequest& request) {
    // The scheduler holds the request for up to `wait`; only then does its silence mean trouble.
    const auto response =
        post(pool_, "/v1/leases", wire::to_text(request), request.wait + kCallTimeout);
    if (response && response->status == kNoContent) return std::optional<LeaseGrant>();
    auto grant = read_answer<LeaseGrant>(response, "the request for a lease");
    if (!grant) return grant.error();
    if (grant->build.has_value() == grant->comparison.has_value()) {
        return Error{Errc::unavailable,
                     "The scheduler granted a lease that is neither a build nor a comparison."};
    }
    return std::optional<LeaseGrant>(std::move(*grant));
}

Result<wire::HeartbeatReply> SchedulerClient::heartbeat(const wire::Heartbeat& heartbeat) {
    return observed(read_answer<wire::HeartbeatReply>(
        post(pool_, "/v1/heartbeats", wire::to_text(heartbeat), kHeartbeatTimeout),
        "the heartbeat"));
}

Result<std::int64_t> SchedulerClient::append_log(LeaseKey lease,
                                                 std::int64_t offset,
                                                 std::string_view text) {
    const std::string target =
        attempt_target(lease.attempt, "log?fence=" + std::to_string(lease.fence) +
                                          "&offset=" + std::to_string(offset));
    const auto response =
        ClientPool::Loan(pool_)->request("POST", target, std::string(text), kCallTimeout);
    if (!response) return response.error();
    // With an offset a refusal means that the farm lost text, and not the lease.
    const bool gap = response->status == kConflict && response->offset;
    const auto error = error_of(response->status, response->body, "POST " + target);
    if (error && !gap) return *error;
    const auto end = static_cast<std::uint64_t>(offset) + text.size();
    return static_cast<std::int64_t>(std::min(response->offset.value_or(end), end));
}

Result<void> SchedulerClient::report(AttemptId attempt, const AttemptReport& report) {
    return without_body(post(pool_, attempt_target(attempt, "result"), wire::to_text(report)));
}

Result<LookAnswer> SchedulerClient::report_look(AttemptId attempt, const LookReport& look) {
    return read_answer<LookAnswer>(
        post(pool_, attempt_target(attempt, "looks"), wire::to_text(look)), "a look");
}

Result<void> SchedulerClient::fetch_object(const Digest& digest, const std::filesystem::path& to) {
    const std::string target = object_target(digest);
    try {
        const auto response = succeeded(
            ClientPool::Loan(pool_)->download(target, to, kTransferTimeout), "GET " + target);
        if (!response) return response.error();
        if (os::sha256_of_file(to) == digest) return {};
        std::filesystem::remove(to);
    } catch (const std::system_error& e) {
        return local_trouble(digest, e);
    }
    return Error{Errc::conflict,
                 "The object " + digest.hex + " came with another content than its name says."};
}

Result<void> SchedulerClient::store_object(LeaseKey lease,
                                           const Digest& digest,
                                           const std::filesystem::path& from) {
    const std::string target = object_target(digest) +
                               "?attempt=" + std::to_string(lease.attempt.value) +
                               "&fence=" + std::to_string(lease.fence);
    const auto known = ClientPool::Loan(pool_)->request("HEAD", target, "", kCallTimeout);
    if (!known) return known.error();
    const auto unknown = error_of(known->status, known->body, "HEAD " + target);
    if (!unknown) return {};
    if (unknown->code != Errc::not_found) return *unknown;
    try {
        return upload_from(target, from, known->offset.value_or(0));
    } catch (const std::system_error& e) {
        return local_trouble(digest, e);
    }
}

/// From where the farm says, until it is done or there is nothing to go on with.
Result<void> SchedulerClient::upload_from(const std::string& target,
                                          const std::filesystem::path& from,
                                          std::uint64_t offset) {
    if (offset > std::filesystem::file_size(from)) offset = 0;
    for (int tries = 1;; ++tries) {
        const auto sent = ClientPool::Loan(pool_)->upload(
            target + "&offset=" + std::to_string(offset), from, kTransferTimeout, offset);
        if (!sent) return sent.error();
        const auto refused = error_of(sent->status, sent->body, "PUT " + target);
        if (!refused) return {};
        // Bytes of an earlier connection may arrive after we asked how many there are; and what was
        // held may have been damaged by a crash, so that only a new start helps.
        const bool moved = sent->status == kConflict && sent->offset;
        const bool damaged = refused->code == Errc::invalid_argument && offset != 0;
        if (tries == kUploadTriesMax || (!moved && !damaged)) return *refused;
        offset = moved ? *sent->offset : 0;
    }
}

}  // namespace terrace::worker

#include "scheduler/http/router.hpp"

#include "common/runtime/log.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <system_error>

namespace terrace::rest {
namespace {

std::vector<std::string> split_path(const std::string& path) {
    std::vector<std::string> segments;
    std::size_t start = 1;
    while (start <= path.size()) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        segments.push_back(path.substr(start, end - start));
        start = end + 1;
    }
    return segments;
}

bool matches(const std::vector<std::string>& pattern,
             const std::vector<std::string>& segments,
             std::vector<std::string>& captured) {
    if (pattern.size() != segments.size()) return false;
    captured.clear();
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == "*" && !segments[i].empty()) {
            captured.push_back(segments[i]);
        } else if (pattern[i] != segments[i]) {
            return false;
        }
    }
    return true;
}

/// In a time that depends on the lengths only, so that nobody can guess a token letter by letter.
bool equal_secrets(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        difference |= static_cast<unsigned>(static_cast<unsigned char>(left[i])) ^
                      static_cast<unsigned char>(right[i]);
    }
    return difference == 0;
}

std::string first_line(std::string text) {
    return text.substr(0, text.find('\n'));
}

bool is_disk_full(const std::exception& failure) {
    const auto* error = dynamic_cast<const std::system_error*>(&failure);
    if (!error) return false;
    const int number = error->code().value();
    return error->code() == std::errc::no_space_on_device || number == EDQUOT;
}

/// A browser may be led here under a foreign name, so that its page looks like ours.
bool names_this_machine(std::string_view host) {
    const std::string_view name = host.substr(0, host.rfind(':'));
    return host.empty() || name == "localhost" || name.starts_with("127.") || name == "[::1]";
}

}  // namespace

Router::Router(std::string token) : token_(std::move(token)) {}

void Router::add(Route route) {
    std::vector<std::string> segments = split_path(route.pattern);
    entries_.push_back(Entry{std::move(route), std::move(segments)});
}

Result<const Route*> Router::find(Request& request) const {
    const Route* found = nullptr;
    for (const Entry& entry : entries_) {
        if (entry.route.method != request.method) continue;
        if (!matches(entry.segments, request.segments, request.captured)) continue;
        found = &entry.route;
        break;
    }
    if (!found)
        return Error{Errc::not_found,
                     "There is nothing at '" + request.path + "' for this method."};
    const bool writes = request.method != Method::get;
    if (writes && !request.origin.empty() && request.origin != "http://" + request.host) {
        return Error{Errc::unauthorized,
                     "The farm takes no changes from the pages of other sites."};
    }
    if (writes && token_.empty() && !names_this_machine(request.host)) {
        return Error{Errc::unauthorized,
                     "Without a token this farm takes changes only from its own "
                     "machine, called localhost or by its address."};
    }
    if (writes && !token_.empty() && !equal_secrets(request.authorization, "Bearer " + token_)) {
        return Error{Errc::unauthorized,
                     "This farm takes changes only with its token (Authorization: Bearer TOKEN)."};
    }
    return found;
}

asio::awaitable<Response> Router::handle(const Route& route, Request request) const {
    const std::string path = request.path;
    try {
        co_return co_await route.handle(std::move(request));
    } catch (const std::exception& e) {
        co_return world_failed(path, e);
    }
}

asio::awaitable<std::optional<Response>> Router::admit(const Route& route,
                                                       const Request& request) const {
    if (!route.admit) co_return std::nullopt;
    try {
        co_return co_await route.admit(request);
    } catch (const std::exception& e) {
        co_return world_failed(request.path, e);
    }
}

Response world_failed(const std::string& path, const std::exception& failure) {
    const std::string why = first_line(failure.what());
    runtime::log_warn("request_failed", {{"path", path}, {"why", why}});
    if (is_disk_full(failure)) {
        return rest::failure(507,
                             "The scheduler's disk is full, so nothing was kept; make room "
                             "there and try again: " +
                                 why);
    }
    return rest::failure(
        Error{Errc::unavailable, "The farm cannot do this now, try again: " + why});
}

}  // namespace terrace::rest

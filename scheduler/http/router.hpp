#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/vocab/result.hpp"
#include "scheduler/http/message.hpp"

namespace terrace::rest {

namespace asio = boost::asio;

/// Where the body of an upload goes, piece by piece. Made, used and destroyed on blocking threads.
/// Throws std::system_error when the disk fails.
class UploadSink {
public:
    virtual ~UploadSink() = default;
    /// An error ends the upload.
    virtual Result<void> append(std::string_view bytes) = 0;
    virtual Result<void> finish() = 0;
    /// True once the same bytes have come another way: the upload has succeeded then.
    virtual bool is_superfluous() { return false; }
};

/// Without a sink the body is not read, and `answer` is the response.
struct OpenedUpload {
    std::unique_ptr<UploadSink> sink;
    Response answer;
};

using Handler = std::function<asio::awaitable<Response>(Request)>;
using OpenSink = std::function<OpenedUpload(const Request&)>;
/// The response that refuses the request, or nullopt.
using Admit = std::function<asio::awaitable<std::optional<Response>>(const Request&)>;

/// What a method on a path does. Exactly one of `handle` and `open_sink` is set.
struct Route {
    Method method = Method::get;
    std::string pattern;  ///< "/v1/builds/*/cancel"; a star is one segment
    std::uint64_t body_bytes_max = 0;
    Handler handle;         ///< gets the body in the request
    OpenSink open_sink;     ///< the body is streamed into it; called on a blocking thread
    Admit admit = nullptr;  ///< asked before open_sink, if set
};

/// Finds what a request is for, and turns what goes wrong into a response. Built once, then only
/// read.
class Router {
public:
    /// `token`: what a POST or PUT must carry as its bearer token; empty: nothing.
    explicit Router(std::string token);

    void add(Route route);

    /// Checks the token and fills `request.captured`. The route lives as long as the router.
    Result<const Route*> find(Request& request) const;

    /// Never throws: what the world does to a handler is a response, too, and a line in the log.
    asio::awaitable<Response> handle(const Route& route, Request request) const;
    asio::awaitable<std::optional<Response>> admit(const Route& route,
                                                   const Request& request) const;

private:
    struct Entry {
        Route route;
        std::vector<std::string> segments;
    };

    std::string token_;
    std::vector<Entry> entries_;
};

/// What to answer, and a warning in the log, when `failure` stopped the request for `path`.
Response world_failed(const std::string& path, const std::exception& failure);

}  // namespace terrace::rest

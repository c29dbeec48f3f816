#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "common/vocab/result.hpp"

namespace terrace::http {

struct ClientResponse {
    unsigned status = 0;
    std::string body;
    bool log_complete = false;            ///< the header Terrace-Log-Complete
    std::optional<std::uint64_t> offset;  ///< the header Terrace-Offset: where to go on
};

/// A blocking HTTP/1.1 client of the farm's REST API. Keeps one connection alive and opens it anew
/// when it was lost. Each object is for one thread at a time; make one per thread.
class Client {
public:
    /// `url`: "http://HOST:PORT". Throws std::invalid_argument for anything else. `token` may be
    /// empty.
    Client(const std::string& url, std::string token);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Any HTTP status is a response; an error (Errc::unavailable) means that the farm could not be
    /// reached or did not answer in time, in a sentence with the URL and the cause. A request over
    /// a kept connection that turns out to be closed is sent again once if nothing was received.
    Result<ClientResponse> request(const std::string& method,
                                   const std::string& target,
                                   const std::string& json_body,
                                   std::chrono::milliseconds timeout = std::chrono::seconds(30));

    /// Streams a file up (PUT, from the byte `offset` on) or down (GET, written beside `to` and
    /// renamed when complete; nothing is written unless the status is 200). `timeout` is that of
    /// each step: while bytes pass, a transfer may take as long as it needs. Both throw
    /// std::system_error when the local file cannot be read or written.
    Result<ClientResponse> upload(const std::string& target,
                                  const std::filesystem::path& from,
                                  std::chrono::milliseconds timeout,
                                  std::uint64_t offset = 0);
    Result<ClientResponse> download(const std::string& target,
                                    const std::filesystem::path& to,
                                    std::chrono::milliseconds timeout);

    const std::string& url() const { return url_; }

private:
    struct Impl;
    std::string url_;
    std::unique_ptr<Impl> impl_;
};

}  // namespace terrace::http

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/http/client.hpp"
#include "common/vocab/digest.hpp"
#include "common/vocab/result.hpp"

namespace terrace::cli {

/// A path of the API with its query, percent-encoded. Empty values are left out: they mean "all".
class Target {
public:
    explicit Target(std::string path) : text_(std::move(path)) {}
    /// Adds a segment: Target("/v1/workers").segment(name).
    Target segment(std::string_view value) const;
    Target segment(std::int64_t id) const { return segment(std::to_string(id)); }
    Target with(std::string_view key, std::string_view value) const;
    Target with(std::string_view key, std::int64_t value) const {
        return with(key, std::to_string(value));
    }
    const std::string& text() const { return text_; }

private:
    std::string text_;
    bool has_query_ = false;
};

/// The error that an answer stands for: its own sentence where the body has one.
/// @pre status is not a success.
Error error_of(unsigned status, const std::string& body);

/// Some bytes of an attempt's log.
struct LogPiece {
    std::string text;
    bool complete = false;  ///< the attempt has ended: there will be no more
};

/// The farm's REST API (docs/api.md) as the commands need it. Every answer but a success is an
/// error. Blocks.
class Farm {
public:
    /// Throws std::invalid_argument if `url` is not "http://HOST:PORT".
    Farm(const std::string& url, const std::string& token);

    /// The JSON text behind `target`.
    Result<std::string> get(const Target& target);
    /// The same for a list, however long: page by page, as one array.
    Result<std::string> list(const Target& target);
    /// The answer's JSON text; empty where there is none.
    Result<std::string> post(const Target& target,
                             const std::string& body,
                             std::chrono::milliseconds timeout = std::chrono::seconds(60));

    Result<bool> has_object(const Digest& digest);
    Result<void> upload(const Digest& digest, const std::filesystem::path& file);
    /// `wait`: how long the farm may take to have more than nothing.
    Result<LogPiece> log(std::int64_t attempt,
                         std::uint64_t offset,
                         std::chrono::milliseconds wait = std::chrono::milliseconds(0));

    const std::string& url() const { return client_.url(); }

private:
    Result<http::ClientResponse> ask(const std::string& method,
                                     const Target& target,
                                     const std::string& body,
                                     std::chrono::milliseconds timeout);

    http::Client client_;
};

}  // namespace terrace::cli

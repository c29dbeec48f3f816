#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/vocab/result.hpp"

/// A request and its response, as the resources see them.
namespace terrace::rest {

enum class Method { get, put, post, other };

struct Request {
    Method method = Method::other;
    bool head_only = false;             ///< HEAD: a GET whose body is not sent
    std::string path;                   ///< as sent, without the query
    std::vector<std::string> segments;  ///< of the path, decoded
    std::vector<std::pair<std::string, std::string>>
        parameters;                     ///< of the query, decoded, in order
    std::vector<std::string> captured;  ///< what the route's stars matched
    std::string authorization;
    std::string host;    ///< as the client named us, with the port
    std::string origin;  ///< the web page that a browser sends this for; empty for anything else
    std::string body;
    /// True if nobody waits for the response any more.
    std::function<bool()> client_gone = [] { return false; };
};

/// Bytes of a file, from `offset` to where it ended when the response was made.
struct FilePart {
    std::filesystem::path path;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// Bytes that are read piece by piece, on blocking threads, one at a time. Throws when they cannot
/// be read.
class BodySource {
public:
    virtual ~BodySource() = default;
    virtual std::uint64_t left() const = 0;
    /// At least one byte. @pre left() != 0
    virtual std::string read_piece() = 0;
};

struct Response {
    unsigned status = 200;
    std::string content_type;
    std::string body;
    std::optional<FilePart> file;        ///< sent in place of `body`
    std::shared_ptr<BodySource> source;  ///< the same; shared, because a response is copied
    std::vector<std::pair<std::string, std::string>> headers;
};

Response json_response(unsigned status, std::string text);
Response no_content();
/// `{"error": message}`; the one place that knows what Errc means in HTTP.
Response failure(const Error& error);
/// The same for what Errc has no word for.
Response failure(unsigned status, std::string message);

}  // namespace terrace::rest

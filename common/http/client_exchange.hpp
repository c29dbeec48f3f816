#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "common/http/byte_stream.hpp"
#include "common/http/client.hpp"

/// One request and its response, as coroutines; Client runs them to their end.
namespace terrace::http {

/// A server as named by "http://HOST:PORT".
struct Endpoint {
    std::string host;
    std::string port;
};

/// What to send. At most one of the three of body, `upload` and `download` is used.
struct Call {
    std::string method;
    std::string target;
    std::string body;                ///< JSON, or empty
    std::filesystem::path upload;    ///< its content is the body
    std::filesystem::path download;  ///< where the body of a success goes
    std::string token;
    std::chrono::milliseconds timeout{};  ///< of the call; of each step of an up- or download
    std::uint64_t upload_offset = 0;      ///< where in the file the body begins
};

/// A connection and what was read from it too early.
struct Connection {
    std::unique_ptr<ByteStream> stream;  ///< null: none
    boost::beast::flat_buffer buffer;
};

/// How a call ended: with a response, or with the error of the connection.
struct CallEnd {
    error_code error;
    bool connected = false;
    bool received_any = false;  ///< of the response
    ClientResponse response;
};

/// Opens `connection` if there is none, leaves it open if it can be used again. Throws
/// std::system_error when a local file cannot be read or written. The arguments outlive the
/// coroutine: Client::Impl runs it to its end.
asio::awaitable<void> perform(const Endpoint& endpoint,
                              const Call& call,
                              Connection& connection,
                              CallEnd& end);

}  // namespace terrace::http

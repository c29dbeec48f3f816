#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/http/byte_stream.hpp"
#include "common/http/message_io.hpp"

namespace terrace::rest {

namespace asio = boost::asio;

/// The body of one request whose header was read. All of it is for the net thread.
class BodyReader {
public:
    BodyReader(http::ByteStream& stream,
               boost::beast::flat_buffer& buffer,
               std::size_t header_bytes_max);
    BodyReader(const BodyReader&) = delete;
    BodyReader& operator=(const BodyReader&) = delete;

    asio::awaitable<http::error_code> read_header();
    const http::RequestParser& parser() const { return parser_; }

    /// False if the header already says that the body is larger; from then on more is an error,
    /// too.
    bool limit(std::uint64_t bytes_max);
    /// Nothing more of this body will come.
    bool is_done() const { return parser_.is_done(); }

    /// All of the body, appended to `out`.
    asio::awaitable<http::error_code> read_all(std::string& out);
    /// The next bytes, at most as many as `piece` holds; it is cut to them.
    asio::awaitable<http::error_code> read_piece(std::string& piece);
    /// Reads a body that nobody wants, if it is a small one: the connection can then be used again.
    asio::awaitable<http::error_code> discard_small();

private:
    asio::awaitable<http::error_code> invite();

    http::ByteStream& stream_;
    boost::beast::flat_buffer& buffer_;
    http::RequestParser parser_;
    bool invited_ = false;
};

}  // namespace terrace::rest

#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "common/http/byte_stream.hpp"

/// Drives Beast's parsers by hand over a ByteStream, so that nothing of Beast is instantiated for
/// each kind of stream, and so that bodies of any size pass through a buffer of fixed size.
namespace terrace::http {

template <bool is_request>
using Parser = boost::beast::http::parser<is_request, boost::beast::http::buffer_body>;
using RequestParser = Parser<true>;
using ResponseParser = Parser<false>;

inline constexpr std::size_t kReadSize = 64 * 1024;

/// Waits until `buffer` holds something. @return asio::error::eof when the peer closed instead.
asio::awaitable<error_code> fill_buffer(ByteStream& stream, boost::beast::flat_buffer& buffer);

/// Reads one header; what came after it stays in `buffer`. @return asio::error::eof if the peer
/// closed before the first byte, http::error::partial_message if within the header, or what is
/// wrong with the syntax.
template <bool is_request>
asio::awaitable<error_code> read_header(ByteStream& stream,
                                        boost::beast::flat_buffer& buffer,
                                        Parser<is_request>& parser);

/// Reads body bytes until `into` is full or the message is complete (parser.is_done()).
template <bool is_request>
asio::awaitable<IoResult> read_body(ByteStream& stream,
                                    boost::beast::flat_buffer& buffer,
                                    Parser<is_request>& parser,
                                    asio::mutable_buffer into);

extern template asio::awaitable<error_code> read_header(ByteStream&,
                                                        boost::beast::flat_buffer&,
                                                        RequestParser&);
extern template asio::awaitable<error_code> read_header(ByteStream&,
                                                        boost::beast::flat_buffer&,
                                                        ResponseParser&);
extern template asio::awaitable<IoResult> read_body(ByteStream&,
                                                    boost::beast::flat_buffer&,
                                                    RequestParser&,
                                                    asio::mutable_buffer);
extern template asio::awaitable<IoResult> read_body(ByteStream&,
                                                    boost::beast::flat_buffer&,
                                                    ResponseParser&,
                                                    asio::mutable_buffer);

}  // namespace terrace::http

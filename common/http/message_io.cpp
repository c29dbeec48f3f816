#include "common/http/message_io.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>

namespace terrace::http {

namespace beast_http = boost::beast::http;
using boost::beast::flat_buffer;

namespace {

IoResult make_result(error_code error, std::size_t bytes) {
    return IoResult{error, bytes};
}

/// Gives the parser what the buffer holds. "More, please" is no error.
template <bool is_request>
error_code put_buffered(flat_buffer& buffer, Parser<is_request>& parser) {
    error_code error;
    const std::size_t used = parser.put(buffer.data(), error);
    buffer.consume(used);
    if (error == beast_http::error::need_more) return {};
    return error;
}

asio::awaitable<error_code> read_more(ByteStream& stream, flat_buffer& buffer) {
    const asio::mutable_buffer space = buffer.prepare(kReadSize);
    const IoResult read = co_await stream.read_some(space);
    buffer.commit(read.bytes);
    co_return read.error;
}

}  // namespace

asio::awaitable<error_code> fill_buffer(ByteStream& stream, flat_buffer& buffer) {
    if (buffer.size() != 0) co_return error_code();
    co_return co_await read_more(stream, buffer);
}

template <bool is_request>
asio::awaitable<error_code> read_header(ByteStream& stream,
                                        flat_buffer& buffer,
                                        Parser<is_request>& parser) {
    parser.eager(false);  // the body is for read_body()
    error_code error = co_await fill_buffer(stream, buffer);
    while (!error) {
        error = put_buffered(buffer, parser);
        if (error || parser.is_header_done()) break;
        error = co_await read_more(stream, buffer);
        if (error == asio::error::eof) error = beast_http::error::partial_message;
    }
    co_return error;
}

template <bool is_request>
asio::awaitable<IoResult> read_body(ByteStream& stream,
                                    flat_buffer& buffer,
                                    Parser<is_request>& parser,
                                    asio::mutable_buffer into) {
    beast_http::buffer_body::value_type& body = parser.get().body();
    body.data = into.data();
    body.size = into.size();
    error_code error;
    bool starved = buffer.size() == 0;
    while (!parser.is_done() && body.size != 0) {
        if (starved) error = co_await read_more(stream, buffer);
        if (error == asio::error::eof) {
            error = {};
            parser.put_eof(error);  // complete, if the message ends where the connection does
            break;
        }
        if (error) break;
        const std::size_t before = buffer.size();
        error = put_buffered(buffer, parser);
        if (error) break;
        starved =
            buffer.size() == 0 || buffer.size() == before;  // or half of a chunk's header is there
    }
    if (error == beast_http::error::need_buffer) error = {};  // `into` is full
    const std::size_t bytes = into.size() - body.size;
    body.data = nullptr;
    co_return make_result(error, bytes);
}

template asio::awaitable<error_code> read_header(ByteStream&, flat_buffer&, RequestParser&);
template asio::awaitable<error_code> read_header(ByteStream&, flat_buffer&, ResponseParser&);
template asio::awaitable<IoResult> read_body(ByteStream&,
                                             flat_buffer&,
                                             RequestParser&,
                                             asio::mutable_buffer);
template asio::awaitable<IoResult> read_body(ByteStream&,
                                             flat_buffer&,
                                             ResponseParser&,
                                             asio::mutable_buffer);

}  // namespace terrace::http

#include "scheduler/http/body_reader.hpp"

#include <algorithm>
#include <string_view>

#include "scheduler/http/request_head.hpp"

namespace terrace::rest {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr std::uint64_t kDiscardBytesMax = 64 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

BodyReader::BodyReader(http::ByteStream& stream,
                       boost::beast::flat_buffer& buffer,
                       std::size_t header_bytes_max)
    : stream_(stream), buffer_(buffer) {
    parser_.header_limit(static_cast<std::uint32_t>(header_bytes_max));
    parser_.body_limit(boost::none);  // which it is depends on the header
}

asio::awaitable<http::error_code> BodyReader::read_header() {
    co_return co_await http::read_header(stream_, buffer_, parser_);
}

bool BodyReader::limit(std::uint64_t bytes_max) {
    parser_.body_limit(bytes_max);
    return parser_.content_length().value_or(0) <= bytes_max;
}

asio::awaitable<http::error_code> BodyReader::read_all(std::string& out) {
    http::error_code error;
    std::string piece;
    while (!error && !parser_.is_done()) {
        piece.resize(kPieceBytes);
        error = co_await read_piece(piece);
        out += piece;
    }
    co_return error;
}

asio::awaitable<http::error_code> BodyReader::read_piece(std::string& piece) {
    http::error_code error = co_await invite();
    std::size_t bytes = 0;
    if (!error) {
        const asio::mutable_buffer space(piece.data(), piece.size());
        const http::IoResult read = co_await http::read_body(stream_, buffer_, parser_, space);
        error = read.error;
        bytes = read.bytes;
    }
    piece.resize(bytes);
    co_return error;
}

asio::awaitable<http::error_code> BodyReader::discard_small() {
    const bool small = parser_.content_length().value_or(kDiscardBytesMax + 1) <= kDiscardBytesMax;
    if (parser_.is_done() || !small || expects_continue(parser_)) co_return http::error_code();
    std::string ignored;
    co_return co_await read_all(ignored);
}

asio::awaitable<http::error_code> BodyReader::invite() {
    const bool wanted = !invited_ && !parser_.is_done() && expects_continue(parser_);
    invited_ = true;
    if (!wanted) co_return http::error_code();
    const asio::const_buffer bytes(kContinue.data(), kContinue.size());
    const http::IoResult written = co_await stream_.write(bytes);
    co_return written.error;
}

}  // namespace terrace::rest

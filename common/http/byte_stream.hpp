#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <memory>

namespace terrace::http {

namespace asio = boost::asio;
using boost::system::error_code;

/// How a read or a write ended. Ordinary ends (closed, timed out) are values, never exceptions.
struct IoResult {
    error_code error;
    std::size_t bytes = 0;
};

/// A connection, whatever carries it. All of it is for the thread of its io_context; at most one
/// read and one write at a time. Type-erased so that only its implementations are compiled against
/// sockets.
class ByteStream {
public:
    virtual ~ByteStream() = default;

    /// At least one byte, or an error; asio::error::eof when the peer has sent all it will.
    virtual asio::awaitable<IoResult> read_some(asio::mutable_buffer into) = 0;
    /// All of it, or an error.
    virtual asio::awaitable<IoResult> write(asio::const_buffer all) = 0;

    /// One deadline for everything from now on, until the next call; the stream is closed when it
    /// passes.
    virtual void expires_after(std::chrono::milliseconds time) = 0;
    virtual void expires_never() = 0;

    /// True if the peer has closed its end; asked of the system, without waiting and without
    /// reading.
    virtual bool peer_closed() = 0;
    /// No more will be written.
    virtual void shutdown_send() = 0;
    /// Ends reads and writes under way with an error.
    virtual void close() = 0;
};

std::unique_ptr<ByteStream> make_plain_stream(asio::ip::tcp::socket socket);

/// Resolves and connects, within `timeout`; the deadline goes on to apply to the stream. On an
/// error the stream is null.
struct Connected {
    error_code error;
    std::unique_ptr<ByteStream> stream;
};
asio::awaitable<Connected> connect_plain(std::string host,
                                         std::string port,
                                         std::chrono::milliseconds timeout);

}  // namespace terrace::http

#include "common/http/client_exchange.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "common/http/message_io.hpp"

namespace terrace::http {
namespace {

namespace fs = std::filesystem;
namespace beast_http = boost::beast::http;

/// Bodies smaller than this are sent without asking first whether they are wanted.
constexpr std::uintmax_t kExpectContinueFrom = 64 * 1024;
/// What a response may hold in memory; files have no limit.
constexpr std::size_t kBodyBytesMax = std::size_t{256} << 20;

[[noreturn]] void throw_file_error(const fs::path& path, const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what + " '" + path.string() + "'");
}

std::string header_of(const Endpoint& endpoint,
                      const Call& call,
                      std::uintmax_t body_size,
                      bool expect) {
    std::string text = call.method + " " + call.target + " HTTP/1.1\r\nHost: " + endpoint.host +
                       ":" + endpoint.port + "\r\nUser-Agent: terrace\r\n";
    if (!call.token.empty()) text += "Authorization: Bearer " + call.token + "\r\n";
    if (!call.body.empty()) text += "Content-Type: application/json\r\n";
    if (call.method != "GET" && call.method != "HEAD")
        text += "Content-Length: " + std::to_string(body_size) + "\r\n";
    if (expect) text += "Expect: 100-continue\r\n";
    return text + "\r\n";
}

/// Where the body of a response goes: into the response, or into a file beside the target that
/// takes its name once it is complete.
class BodySink {
public:
    BodySink(ClientResponse& response, const fs::path& target)
        : response_(response), target_(target) {
        if (target_.empty()) return;
        temporary_ = target_;
        temporary_ += ".part" + std::to_string(::getpid());
        errno = 0;
        file_.open(temporary_, std::ios::binary | std::ios::trunc);
        if (!file_) throw_file_error(temporary_, "cannot create");
    }
    ~BodySink() {
        std::error_code ignored;  // it is there only if something failed before
        if (!temporary_.empty()) fs::remove(temporary_, ignored);
    }
    BodySink(const BodySink&) = delete;
    BodySink& operator=(const BodySink&) = delete;

    void append(const char* data, std::size_t size) {
        if (target_.empty()) {
            response_.body.append(data, size);
            return;
        }
        errno = 0;
        if (!file_.write(data, static_cast<std::streamsize>(size)))
            throw_file_error(temporary_, "cannot write");
    }
    std::size_t in_memory() const { return response_.body.size(); }
    void finish() {
        if (target_.empty()) return;
        errno = 0;
        file_.close();
        if (!file_) throw_file_error(temporary_, "cannot write");
        fs::rename(temporary_, target_);
        temporary_.clear();
    }

private:
    ClientResponse& response_;
    fs::path target_;
    fs::path temporary_;
    std::ofstream file_;
};

/// The last `size` bytes of the file to upload.
asio::awaitable<error_code> send_file(ByteStream& stream, const Call& call, std::uintmax_t size) {
    const fs::path& path = call.upload;
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file.seekg(static_cast<std::streamoff>(call.upload_offset)))
        throw_file_error(path, "cannot read");
    std::vector<char> chunk(kReadSize);
    for (std::uintmax_t left = size; left != 0;) {
        const std::size_t want =
            static_cast<std::size_t>(std::min<std::uintmax_t>(left, chunk.size()));
        errno = 0;
        if (!file.read(chunk.data(), static_cast<std::streamsize>(want)))
            throw_file_error(path, "cannot read");
        const asio::const_buffer bytes(chunk.data(), want);
        stream.expires_after(call.timeout);
        const IoResult written = co_await stream.write(bytes);
        if (written.error) co_return written.error;
        left -= want;
    }
    stream.expires_after(call.timeout);
    co_return error_code();
}

asio::awaitable<error_code> receive_body(const Call& call,
                                         Connection& connection,
                                         ResponseParser& parser,
                                         BodySink& sink) {
    std::vector<char> chunk(kReadSize);
    while (!parser.is_done()) {
        const asio::mutable_buffer space(chunk.data(), chunk.size());
        if (!call.download.empty()) connection.stream->expires_after(call.timeout);
        const IoResult read =
            co_await read_body(*connection.stream, connection.buffer, parser, space);
        sink.append(chunk.data(), read.bytes);
        if (sink.in_memory() > kBodyBytesMax) co_return beast_http::error::body_limit;
        if (read.error) co_return read.error;
    }
    sink.finish();
    co_return error_code();
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

/// Reads a header. @return its status, also 100.
asio::awaitable<error_code> receive_header(Connection& connection,
                                           ResponseParser& parser,
                                           CallEnd& end) {
    parser.body_limit(boost::none);
    const error_code error = co_await read_header(*connection.stream, connection.buffer, parser);
    end.received_any = end.received_any || parser.got_some();
    if (error) co_return error;
    end.response.status = parser.get().result_int();
    end.response.log_complete = parser.get()["Terrace-Log-Complete"] == "true";
    end.response.offset = number_of(parser.get()["Terrace-Offset"]);
    co_return error;
}

/// The final response, after any 100 Continue.
asio::awaitable<error_code> receive_response(const Call& call,
                                             Connection& connection,
                                             CallEnd& end) {
    for (;;) {
        ResponseParser parser;
        if (call.method == "HEAD") parser.skip(true);
        error_code error = co_await receive_header(connection, parser, end);
        if (error) co_return error;
        if (end.response.status == 100) continue;
        const bool to_file = !call.download.empty() && end.response.status == 200;
        BodySink sink(end.response, to_file ? call.download : fs::path());
        error = co_await receive_body(call, connection, parser, sink);
        if (!error && !parser.keep_alive()) connection.stream.reset();
        co_return error;
    }
}

/// True once the server wants the body; false when it answered instead.
asio::awaitable<bool> body_is_wanted(Connection& connection, CallEnd& end, error_code& error) {
    // The status line is looked at only: receive_response() reads it again if it is the answer.
    while (!error && connection.buffer.size() < 12) {
        const asio::mutable_buffer space = connection.buffer.prepare(kReadSize);
        const IoResult read = co_await connection.stream->read_some(space);
        connection.buffer.commit(read.bytes);
        end.received_any = end.received_any || read.bytes != 0;
        error = read.error;
    }
    const auto bytes = connection.buffer.data();
    const std::string_view text(static_cast<const char*>(bytes.data()), bytes.size());
    co_return !error && text.substr(8, 4) == " 100";
}

std::uintmax_t body_size(const Call& call) {
    if (call.upload.empty()) return call.body.size();
    const std::uintmax_t size = fs::file_size(call.upload);
    return size - std::min<std::uintmax_t>(size, call.upload_offset);
}

asio::awaitable<error_code> exchange(const Endpoint& endpoint,
                                     const Call& call,
                                     Connection& connection,
                                     CallEnd& end) {
    const std::uintmax_t size = body_size(call);
    const bool expect = !call.upload.empty() && size >= kExpectContinueFrom;
    std::string text = header_of(endpoint, call, size, expect);
    text += call.body;
    const asio::const_buffer bytes(text.data(), text.size());
    const IoResult written = co_await connection.stream->write(bytes);
    error_code error = written.error;
    bool wanted = !call.upload.empty();
    if (!error && expect) {
        wanted = co_await body_is_wanted(connection, end, error);
        // Whoever reads once more after a reading error waits for an event that was the last one.
        if (error) co_return error;
    }
    if (!error && wanted) error = co_await send_file(*connection.stream, call, size);
    if (error && error == boost::beast::error::timeout) co_return error;
    // Even when sending failed there may be an answer that says why, such as 413.
    const error_code response_error = co_await receive_response(call, connection, end);
    if (!response_error && (error || (expect && !wanted)))
        connection.stream.reset();  // the body was not sent
    if (response_error && error) co_return error;
    co_return response_error;
}

}  // namespace

asio::awaitable<void> perform(const Endpoint& endpoint,
                              const Call& call,
                              Connection& connection,
                              CallEnd& end) {
    if (!connection.stream) {
        Connected connected = co_await connect_plain(endpoint.host, endpoint.port, call.timeout);
        end.error = connected.error;
        connection.stream = std::move(connected.stream);
        connection.buffer.clear();
    } else {
        connection.stream->expires_after(call.timeout);
    }
    end.connected = connection.stream != nullptr;
    if (!end.connected) co_return;
    end.error = co_await exchange(endpoint, call, connection, end);
    if (end.error) connection.stream.reset();
}

}  // namespace terrace::http

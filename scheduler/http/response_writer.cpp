#include "scheduler/http/response_writer.hpp"

#include <boost/beast/http/status.hpp>
#include <string>
#include <system_error>

#include "common/runtime/log.hpp"
#include "scheduler/http/file_source.hpp"

namespace terrace::rest {
namespace {

std::uint64_t size_of(const Response& response) {
    if (response.source) return response.source->left();
    return response.file ? response.file->size : response.body.size();
}

std::string header_of(const Response& response, bool keep_alive) {
    const auto reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status));
    std::string text =
        "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason) + "\r\n";
    if (!response.content_type.empty()) text += "Content-Type: " + response.content_type + "\r\n";
    const std::uint64_t size = size_of(response);
    if (response.status != 204) text += "Content-Length: " + std::to_string(size) + "\r\n";
    for (const auto& [name, value] : response.headers) text += name + ": " + value + "\r\n";
    if (response.status == 401) text += "WWW-Authenticate: Bearer\r\n";
    text += keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
    return text + "\r\n";
}

asio::awaitable<bool> write_text(http::ByteStream& stream,
                                 std::string text,
                                 std::chrono::milliseconds timeout) {
    stream.expires_after(timeout);
    const asio::const_buffer bytes(text.data(), text.size());
    const http::IoResult written = co_await stream.write(bytes);
    co_return !written.error;
}

/// Opens what the body is read from, and closes it, on a blocking thread.
asio::awaitable<bool> write_source(http::ByteStream& stream,
                                   BlockingPool& files,
                                   Response& response,
                                   std::string header,
                                   std::chrono::milliseconds step_timeout) {
    std::shared_ptr<BodySource> source = std::move(response.source);
    auto open = [&source, &response] {
        if (!source) source = std::make_shared<FileSource>(*response.file);
    };
    auto read = [&source] {
        std::string piece = source->read_piece();
        if (source->left() == 0) source.reset();
        return piece;
    };
    co_await files.run(open);
    bool sent = co_await write_text(stream, std::move(header), step_timeout);
    while (sent && source) {
        std::string piece = co_await files.run(read);
        sent = co_await write_text(stream, std::move(piece), step_timeout);
    }
    co_return sent;
}

}  // namespace

asio::awaitable<bool> write_response(http::ByteStream& stream,
                                     BlockingPool& files,
                                     Response response,
                                     WriteOptions options) {
    std::string text = header_of(response, options.keep_alive);
    const bool is_read = response.file || response.source;
    if (is_read && size_of(response) != 0 && !options.head_only) {
        try {
            co_return co_await write_source(stream, files, response, std::move(text),
                                            options.step_timeout);
        } catch (const std::exception& e) {
            // Part of it may be on its way, so closing is the only way to say that it is not whole.
            runtime::log_warn("body_not_sent", {{"why", e.what()}});
            co_return false;
        }
    }
    if (!options.head_only) text += response.body;
    co_return co_await write_text(stream, std::move(text), options.step_timeout);
}

}  // namespace terrace::rest

#include "scheduler/http/response_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <cerrno>
#include <string>
#include <system_error>

#include "common/os/unique_fd.hpp"
#include "common/runtime/log.hpp"

namespace terrace::rest {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;

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

/// Reads one file in order.
class FileSource final : public BodySource {
public:
    explicit FileSource(FilePart part) : part_(std::move(part)) {
        file_ = os::UniqueFd(::open(part_.path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file_) fail("cannot open");
    }

    std::uint64_t left() const override { return part_.size; }

    std::string read_piece() override {
        std::string piece(std::min<std::uint64_t>(part_.size, kPieceBytes), '\0');
        const ssize_t got =
            ::pread(file_.get(), piece.data(), piece.size(), static_cast<off_t>(part_.offset));
        if (got < 0) fail("cannot read");
        if (got == 0)
            throw std::runtime_error("'" + part_.path.string() + "' is shorter than it was");
        piece.resize(static_cast<std::size_t>(got));
        part_.offset += piece.size();
        part_.size -= piece.size();
        return piece;
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw std::system_error(errno, std::generic_category(),
                                what + " '" + part_.path.string() + "'");
    }

    FilePart part_;
    os::UniqueFd file_;
};

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

#include "scheduler/http/upload.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <string>

namespace terrace::rest {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;

/// Everything about one upload that blocking threads touch, one step at a time.
class Upload {
public:
    Upload(const Route& route, const Request& request) : route_(route), request_(request) {}

    void open() {
        guard([this] {
            Result<std::unique_ptr<UploadSink>> opened = route_.open_sink(request_);
            if (!opened) refused_ = failure(opened.error());
            if (opened) sink_ = std::move(*opened);
        });
    }
    void append(std::string_view bytes) {
        guard([this, bytes] { sink_->append(bytes); });
    }
    void finish() {
        guard([this] {
            const Result<void> kept = sink_->finish();
            if (!kept) refused_ = failure(kept.error());
        });
    }
    void drop() { sink_.reset(); }

    bool refused() const { return refused_.has_value(); }
    Response response() const { return refused_ ? *refused_ : no_content(); }

private:
    template <class Step>
    void guard(Step step) {
        try {
            step();
        } catch (const std::exception& e) {
            refused_ = world_failed(request_.path, e);
        }
    }

    const Route& route_;
    const Request& request_;
    std::unique_ptr<UploadSink> sink_;
    std::optional<Response> refused_;
};

UploadEnd make_end(http::error_code error, Response response) {
    return UploadEnd{error, std::move(response)};
}

}  // namespace

asio::awaitable<UploadEnd> receive_upload(http::ByteStream& stream,
                                          BodyReader& body,
                                          BlockingPool& files,
                                          const Route& route,
                                          const Request& request,
                                          std::chrono::milliseconds step_timeout) {
    Upload upload(route, request);
    std::string piece;
    auto open = [&upload] { upload.open(); };
    auto append = [&upload, &piece] { upload.append(piece); };
    auto finish = [&upload] { upload.finish(); };
    auto drop = [&upload] { upload.drop(); };

    http::error_code error;
    co_await files.run(open);
    while (!error && !upload.refused() && !body.is_done()) {
        stream.expires_after(step_timeout);
        piece.resize(kPieceBytes);
        error = co_await body.read_piece(piece);
        if (!error) co_await files.run(append);
    }
    if (!error && !upload.refused()) co_await files.run(finish);
    co_await files.run(drop);
    co_return make_end(error, upload.response());
}

}  // namespace terrace::rest

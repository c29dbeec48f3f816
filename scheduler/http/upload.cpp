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
            OpenedUpload opened = route_.open_sink(request_);
            sink_ = std::move(opened.sink);
            if (!sink_) answer_ = std::move(opened.answer);
        });
    }
    void append(std::string_view bytes) {
        guard([this, bytes] {
            const Result<void> taken = sink_->append(bytes);
            if (!taken) {
                answer_ = failure(taken.error());
            } else if (sink_->is_superfluous()) {
                answer_ = no_content();
            }
        });
    }
    void finish() {
        guard([this] {
            const Result<void> kept = sink_->finish();
            answer_ = kept ? no_content() : failure(kept.error());
        });
    }
    void drop() { sink_.reset(); }

    /// There is an answer, whether or not all of the body was read.
    bool answered() const { return answer_.has_value(); }
    Response answer() const { return answer_.value_or(Response()); }

private:
    template <class Step>
    void guard(Step step) {
        try {
            step();
        } catch (const std::exception& e) {
            answer_ = world_failed(request_.path, e);
        }
    }

    const Route& route_;
    const Request& request_;
    std::unique_ptr<UploadSink> sink_;
    std::optional<Response> answer_;
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
    while (!error && !upload.answered() && !body.is_done()) {
        stream.expires_after(step_timeout);
        piece.resize(kPieceBytes);
        error = co_await body.read_piece(piece);
        // What came before a broken line counts: the worker goes on after it.
        if (!piece.empty()) co_await files.run(append);
    }
    if (!error && !upload.answered()) co_await files.run(finish);
    co_await files.run(drop);
    co_return make_end(error, upload.answer());
}

}  // namespace terrace::rest

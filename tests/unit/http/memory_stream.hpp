#pragma once

#include <boost/asio/error.hpp>
#include <cstring>
#include <deque>
#include <string>
#include <utility>

#include "common/http/byte_stream.hpp"

namespace terrace::http {

/// A peer that sends given pieces, then nothing more, and whose received bytes can be looked at.
class MemoryStream final : public ByteStream {
public:
    explicit MemoryStream(std::deque<std::string> pieces) : pieces_(std::move(pieces)) {}

    asio::awaitable<IoResult> read_some(asio::mutable_buffer into) override {
        IoResult result;
        if (pieces_.empty() || closed_) {
            result.error = asio::error::eof;
            co_return result;
        }
        std::string& piece = pieces_.front();
        result.bytes = std::min(piece.size(), into.size());
        std::memcpy(into.data(), piece.data(), result.bytes);
        piece.erase(0, result.bytes);
        if (piece.empty()) pieces_.pop_front();
        co_return result;
    }
    asio::awaitable<IoResult> write(asio::const_buffer all) override {
        IoResult result;
        result.bytes = all.size();
        received_.append(static_cast<const char*>(all.data()), all.size());
        co_return result;
    }
    void expires_after(std::chrono::milliseconds) override {}
    void expires_never() override {}
    bool peer_closed() override { return pieces_.empty(); }
    void shutdown_send() override { shut_ = true; }
    void close() override { closed_ = true; }

    const std::string& received() const { return received_; }
    bool shut() const { return shut_; }

private:
    std::deque<std::string> pieces_;
    std::string received_;
    bool shut_ = false;
    bool closed_ = false;
};

}  // namespace terrace::http

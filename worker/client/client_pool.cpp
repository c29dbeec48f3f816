#include "worker/client/client_pool.hpp"

#include <utility>

namespace terrace::worker {
namespace {

constexpr std::size_t kIdleMax = 16;

}  // namespace

ClientPool::ClientPool(std::string url, std::string token)
    : url_(std::move(url)), token_(std::move(token)) {
    idle_.push_back(std::make_unique<http::Client>(url_, token_));
}

std::unique_ptr<http::Client> ClientPool::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto client = std::move(idle_.back());
            idle_.pop_back();
            return client;
        }
    }
    return std::make_unique<http::Client>(url_, token_);
}

void ClientPool::give_back(std::unique_ptr<http::Client> client) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kIdleMax) idle_.push_back(std::move(client));
}

}  // namespace terrace::worker

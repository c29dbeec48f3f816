#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/http/client.hpp"

namespace terrace::worker {

/// Keeps connections to one scheduler: as many as there are calls at the same moment. Callable from
/// any thread.
class ClientPool {
public:
    /// A client that goes back to the pool at the end of its scope.
    class Loan {
    public:
        explicit Loan(ClientPool& pool) : pool_(pool), client_(pool.take()) {}
        ~Loan() { pool_.give_back(std::move(client_)); }
        Loan(const Loan&) = delete;
        Loan& operator=(const Loan&) = delete;
        http::Client* operator->() { return client_.get(); }

    private:
        ClientPool& pool_;
        std::unique_ptr<http::Client> client_;
    };

    /// Throws std::invalid_argument for a URL that is not "http://HOST:PORT".
    ClientPool(std::string url, std::string token);

    const std::string& url() const { return url_; }

private:
    std::unique_ptr<http::Client> take();
    void give_back(std::unique_ptr<http::Client> client);

    std::string url_;
    std::string token_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<http::Client>> idle_;
};

}  // namespace terrace::worker

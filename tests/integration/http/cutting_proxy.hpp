#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/os/unique_fd.hpp"

namespace terrace::test {

/// Passes connections on to a port of this machine, and cuts each off, both ways and without a
/// word, after as many bytes as it is told.
class CuttingProxy {
public:
    /// `bytes_of_next`: how many bytes, of both directions together, the next connection may pass.
    /// Called on the proxy's thread.
    CuttingProxy(std::uint16_t to, std::function<std::size_t()> bytes_of_next);
    ~CuttingProxy();
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    int cuts() const { return cuts_; }

private:
    void accept_all();
    void pass(os::UniqueFd client, std::size_t bytes);

    const std::uint16_t to_;
    const std::function<std::size_t()> bytes_of_next_;
    os::UniqueFd listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_ = false;
    std::atomic<int> cuts_ = 0;
    std::vector<std::thread> connections_;
    std::thread thread_;
};

}  // namespace terrace::test

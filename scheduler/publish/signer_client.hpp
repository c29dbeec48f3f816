#pragma once

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

#include "common/os/unique_fd.hpp"
#include "common/wire/signer_api.hpp"

namespace terrace::publish {

struct MadeSignature {
    std::string bytes;
    std::string key;
    std::string algorithm;
};

/// A connection to terrace-signer, made when it is needed. From any thread; one request at a time.
/// Throws PublishError with the cause and the remedy when the signer is not there, refuses, or does
/// not answer in time.
class SignerClient {
public:
    /// `patience`: for one answer. Those of a queue that waits for others are the slow ones.
    explicit SignerClient(std::filesystem::path socket,
                          std::chrono::seconds patience = std::chrono::minutes(5));

    wire::ReleaseKeys keys(const std::string& release);
    MadeSignature sign(wire::SignKind kind,
                       wire::SignClass queue,
                       const std::string& release,
                       std::string_view bytes);

private:
    MadeSignature ask(const wire::SignRequest& request, std::string_view bytes);
    MadeSignature exchange(const wire::SignRequest& request, std::string_view bytes);

    const std::filesystem::path path_;
    const std::chrono::seconds patience_;
    std::mutex mutex_;
    os::UniqueFd connection_;
};

}  // namespace terrace::publish

#include "scheduler/publish/signer_client.hpp"

#include <system_error>
#include <utility>

#include "common/os/local_socket.hpp"
#include "common/wire/json.hpp"
#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::publish {
namespace {

constexpr os::SocketLimits kLimits{wire::kSignHeadBytesMax, wire::kSignBodyBytesMax};

/// The signer was started anew since the connection was made: nothing was signed on it.
bool is_lost_connection(const std::system_error& e) {
    return e.code() == std::errc::broken_pipe || e.code() == std::errc::connection_reset;
}

}  // namespace

SignerClient::SignerClient(std::filesystem::path socket, std::chrono::seconds patience)
    : path_(std::move(socket)), patience_(patience) {}

wire::ReleaseKeys SignerClient::keys(const std::string& release) {
    const MadeSignature answer = ask({wire::SignKind::keys, wire::SignClass::urgent, release}, "");
    const auto keys = wire::from_text<wire::ReleaseKeys>(answer.bytes);
    if (!keys) {
        throw PublishError("The signer's keys of " + release +
                           " are not understood: " + keys.error().message);
    }
    return *keys;
}

MadeSignature SignerClient::sign(wire::SignKind kind,
                                 wire::SignClass queue,
                                 const std::string& release,
                                 std::string_view bytes) {
    return ask({kind, queue, release}, bytes);
}

MadeSignature SignerClient::ask(const wire::SignRequest& request, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    if (bytes.size() > wire::kSignBodyBytesMax) {
        throw PublishError("What is to be signed for " + request.release + " has " +
                           std::to_string(bytes.size()) + " bytes; the signer takes no more than " +
                           std::to_string(wire::kSignBodyBytesMax) + ".");
    }
    const bool reused = static_cast<bool>(connection_);
    try {
        return exchange(request, bytes);
    } catch (const std::system_error& e) {
        connection_.reset();
        if (!reused || !is_lost_connection(e)) {
            throw PublishError("The signer at " + path_.string() + " does not sign: " + e.what() +
                               ". See that terrace-signer runs; the compose is tried again.");
        }
    }
    try {
        return exchange(request, bytes);
    } catch (const std::system_error& e) {
        connection_.reset();
        throw PublishError("The signer at " + path_.string() + " does not sign: " + e.what() +
                           ". See that terrace-signer runs; the compose is tried again.");
    }
}

MadeSignature SignerClient::exchange(const wire::SignRequest& request, std::string_view bytes) {
    if (!connection_) connection_ = os::connect_to(path_);
    const auto deadline = std::chrono::steady_clock::now() + patience_;
    os::send_message(connection_, wire::to_text(request), bytes, deadline);
    auto message = os::receive_message(connection_, kLimits, deadline);
    if (!message)
        throw std::system_error(ECONNRESET, std::generic_category(), "it closed the connection");
    auto answer = wire::from_text<wire::SignAnswer>(message->head);
    if (!answer)
        throw PublishError("The signer's answer is not understood: " + answer.error().message);
    if (!answer->error.empty()) throw PublishError("The signer refuses: " + answer->error);
    return {std::move(message->body), std::move(answer->key), std::move(answer->algorithm)};
}

}  // namespace terrace::publish

#include "common/http/client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/url/parse.hpp>
#include <cctype>
#include <exception>
#include <stdexcept>

#include "common/http/client_exchange.hpp"

namespace terrace::http {
namespace {

Endpoint parse_endpoint(const std::string& url) {
    const auto parsed = boost::urls::parse_uri(url);
    const bool plain = parsed && parsed->scheme() == "http" && !parsed->host().empty();
    if (!plain || parsed->has_query() || (!parsed->path().empty() && parsed->path() != "/")) {
        throw std::invalid_argument(
            "'" + url + "' is not the address of a farm, such as http://127.0.0.1:7480.");
    }
    return Endpoint{parsed->host_address(),
                    parsed->has_port() ? std::string(parsed->port()) : "80"};
}

std::string seconds_of(std::chrono::milliseconds time) {
    if (time < std::chrono::seconds(1)) return std::to_string(time.count()) + " ms";
    return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

std::string in_lower_case(std::string text) {
    if (!text.empty())
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

bool is_lost_connection(const error_code& error) {
    return error == asio::error::eof || error == asio::error::connection_reset ||
           error == asio::error::broken_pipe || error == asio::error::connection_aborted;
}

Error explain(const std::string& url,
              const error_code& error,
              bool connected,
              std::chrono::milliseconds timeout) {
    const std::string farm = "The farm at " + url;
    if (error == boost::beast::error::timeout) {
        return {Errc::unavailable, farm + " did not answer within " + seconds_of(timeout) + "."};
    }
    if (!connected) {
        return {Errc::unavailable, farm + " cannot be reached: " + in_lower_case(error.message()) +
                                       ". Is terrace-scheduler running?"};
    }
    if (is_lost_connection(error)) {
        return {Errc::unavailable, farm + " closed the connection before it had answered."};
    }
    return {Errc::unavailable,
            "The answer of the farm at " + url + " could not be read: " + error.message() + "."};
}

}  // namespace

struct Client::Impl {
    Endpoint endpoint;
    std::string token;
    asio::io_context io{1};
    Connection connection;  // after `io`, which it must not outlive

    CallEnd run(const Call& call) {
        CallEnd end;
        std::exception_ptr failure;
        io.restart();
        asio::co_spawn(io, perform(endpoint, call, connection, end),
                       [&failure](std::exception_ptr e) { failure = e; });
        io.run();
        if (failure) {
            connection.stream.reset();  // it stopped in the middle of a message
            std::rethrow_exception(failure);
        }
        return end;
    }

    Result<ClientResponse> send(const std::string& url, const Call& call) {
        const bool kept = connection.stream != nullptr;
        CallEnd end = run(call);
        // The farm may close an idle connection at any time, also while our request was on its way.
        if (kept && end.error && is_lost_connection(end.error) && !end.received_any)
            end = run(call);
        if (!end.error) return std::move(end.response);
        return explain(url, end.error, end.connected, call.timeout);
    }
};

Client::Client(const std::string& url, std::string token)
    : url_(url), impl_(std::make_unique<Impl>()) {
    while (url_.ends_with('/')) url_.pop_back();
    impl_->endpoint = parse_endpoint(url_);
    impl_->token = std::move(token);
}

Client::~Client() = default;

Result<ClientResponse> Client::request(const std::string& method,
                                       const std::string& target,
                                       const std::string& json_body,
                                       std::chrono::milliseconds timeout) {
    return impl_->send(url_, Call{method, target, json_body, {}, {}, impl_->token, timeout});
}

Result<ClientResponse> Client::upload(const std::string& target,
                                      const std::filesystem::path& from,
                                      std::chrono::milliseconds timeout,
                                      std::uint64_t offset) {
    return impl_->send(url_, Call{"PUT", target, {}, from, {}, impl_->token, timeout, offset});
}

Result<ClientResponse> Client::download(const std::string& target,
                                        const std::filesystem::path& to,
                                        std::chrono::milliseconds timeout) {
    return impl_->send(url_, Call{"GET", target, {}, {}, to, impl_->token, timeout});
}

}  // namespace terrace::http

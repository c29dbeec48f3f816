#include "common/os/fetch.hpp"

#include <curl/curl.h>

#include <array>
#include <memory>

#include "common/vocab/check.hpp"

namespace terrace::os {
namespace {

/// What arrives, up to a limit.
struct Body {
    std::string bytes;
    std::size_t bytes_max = 0;
    bool too_large = false;
};

std::size_t take(char* data, std::size_t, std::size_t size, void* user) {
    Body& body = *static_cast<Body*>(user);
    if (size > body.bytes_max - body.bytes.size()) {
        body.too_large = true;
        return 0;  // ends the transfer
    }
    body.bytes.append(data, size);
    return size;
}

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

Handle new_handle() {
    // Not thread-safe in old versions of libcurl, hence once and here.
    static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
    TERRACE_CHECK(global == CURLE_OK);
    Handle handle(curl_easy_init(), &curl_easy_cleanup);
    TERRACE_CHECK(handle != nullptr);
    return handle;
}

void allow_protocols(CURL* curl) {
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "file,http,https");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_FILE | CURLPROTO_HTTP | CURLPROTO_HTTPS);
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

Errc errc_of(CURLcode code) {
    if (code == CURLE_FILE_COULDNT_READ_FILE) return Errc::not_found;
    const bool bad_url = code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT;
    return bad_url ? Errc::invalid_argument : Errc::unavailable;
}

/// nullopt-like: an empty message means that the answer is good.
Error judge(
    CURL* curl, CURLcode code, const char* details, const Body& body, const std::string& url) {
    if (body.too_large) {
        return Error{Errc::invalid_argument, url + " is larger than the limit of " +
                                                 std::to_string(body.bytes_max) + " bytes."};
    }
    if (code != CURLE_OK) {
        const std::string cause = *details != '\0' ? details : curl_easy_strerror(code);
        return Error{errc_of(code), "Cannot fetch " + url + ": " + cause + "."};
    }
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 0 || (status >= 200 && status < 300)) return Error{};  // 0: a file
    const Errc errc = status == 404 || status == 410 ? Errc::not_found : Errc::unavailable;
    return Error{errc,
                 "Cannot fetch " + url + ": the server answers " + std::to_string(status) + "."};
}

}  // namespace

Result<std::string> fetch_url(const std::string& url,
                              std::size_t bytes_max,
                              std::chrono::milliseconds timeout) {
    const Handle handle = new_handle();
    CURL* curl = handle.get();
    Body body;
    body.bytes_max = bytes_max;
    std::array<char, CURL_ERROR_SIZE> details{};

    allow_protocols(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);  // we have threads
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, details.data());
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, static_cast<void*>(&body));

    const CURLcode code = curl_easy_perform(curl);
    Error error = judge(curl, code, details.data(), body, url);
    if (!error.message.empty()) return error;
    return std::move(body.bytes);
}

}  // namespace terrace::os

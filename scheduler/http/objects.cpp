#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

Result<FilePart> find_object(Objects& objects, const Digest& digest) {
    const std::optional<std::uint64_t> size = objects.size_of(digest);
    if (!size) return Error{Errc::not_found, "There is no object " + digest.hex + "."};
    return FilePart{objects.path_of(digest), 0, *size};
}

asio::awaitable<Response> send_object(const Services& services, Request request) {
    const Result<Digest> digest = captured_digest(request);
    if (!digest) co_return failure(digest.error());
    auto find = [&services, &digest] { return find_object(services.objects, *digest); };
    const Result<FilePart> part = co_await services.file_pool.run(find);
    if (!part) co_return failure(part.error());
    Response response;
    response.content_type = "application/octet-stream";
    response.file = *part;
    co_return response;
}

Result<std::unique_ptr<UploadSink>> open_upload(Objects& objects, const Request& request) {
    const Result<Digest> digest = captured_digest(request);
    if (!digest) return digest.error();
    return objects.open_upload(*digest);
}

}  // namespace

void add_objects(Router& router, const Services& services) {
    add_get(router, "/v1/objects/*",
            [&services](Request request) { return send_object(services, std::move(request)); });
    router.add(Route{
        Method::put,
        "/v1/objects/*",
        services.limits.object,
        {},
        [&services](const Request& request) { return open_upload(services.objects, request); }});
}

}  // namespace terrace::rest

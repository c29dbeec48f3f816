#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"

namespace terrace::rest {
namespace {

/// Who goes on with an upload; none of it is given where the upload is to be whole at once.
struct UploadPlace {
    std::optional<std::int64_t> attempt;
    std::optional<std::int64_t> fence;
    std::int64_t offset = 0;
};
BOOST_DESCRIBE_STRUCT(UploadPlace, (), (attempt, fence, offset))

Result<UploadPlace> upload_place(const Request& request) {
    const Result<UploadPlace> place = from_query<UploadPlace>(request);
    if (place && place->attempt.has_value() != place->fence.has_value())
        return Error{Errc::invalid_argument, "The parameters attempt and fence go together."};
    if (place && !place->attempt && place->offset != 0)
        return Error{Errc::invalid_argument, "Only an attempt's upload has an offset."};
    return place;
}

/// Adds how much of an attempt's upload is here: where it goes on.
Response with_offset(Response response, std::uint64_t offset) {
    response.headers.emplace_back("Terrace-Offset", std::to_string(offset));
    return response;
}

Result<FilePart> find_object(Objects& objects, const Digest& digest) {
    const std::optional<std::uint64_t> size = objects.size_of(digest);
    if (!size) return Error{Errc::not_found, "There is no object " + digest.hex + "."};
    return FilePart{objects.path_of(digest), 0, *size};
}

asio::awaitable<Result<core::Reply>> check_lease(const Services& services, UploadPlace place) {
    core::Event event = core::CheckLease{LeaseKey{AttemptId{*place.attempt}, *place.fence}};
    co_return co_await ask(services.post, std::move(event));
}

/// Not there yet; how much of it the attempt has sent.
asio::awaitable<Response> show_upload(const Services& services, Digest digest, UploadPlace place) {
    const Result<core::Reply> leased = co_await check_lease(services, place);
    if (!leased) co_return failure(leased.error());
    auto look = [&services, &digest, attempt = AttemptId{*place.attempt}] {
        return services.objects.bytes_held(digest, attempt);
    };
    const std::uint64_t held = co_await services.file_pool.run(look);
    co_return with_offset(failure(404, "There is no object " + digest.hex + "."), held);
}

/// A worker's upload goes on as long as its lease stands.
asio::awaitable<std::optional<Response>> admit_upload(const Services& services,
                                                      const Request& request) {
    const Result<UploadPlace> place = upload_place(request);
    if (!place) co_return failure(place.error());
    if (!place->attempt) co_return std::nullopt;
    const Result<core::Reply> leased = co_await check_lease(services, *place);
    if (!leased) co_return failure(leased.error());
    co_return std::nullopt;
}

asio::awaitable<Response> send_object(const Services& services, Request request) {
    const Result<Digest> digest = captured_digest(request);
    if (!digest) co_return failure(digest.error());
    const Result<UploadPlace> place = upload_place(request);
    if (!place) co_return failure(place.error());
    auto find = [&services, &digest] { return find_object(services.objects, *digest); };
    const Result<FilePart> part = co_await services.file_pool.run(find);
    if (!part && place->attempt) co_return co_await show_upload(services, *digest, *place);
    if (!part) co_return failure(part.error());
    Response response;
    response.content_type = "application/octet-stream";
    response.file = *part;
    co_return response;
}

OpenedUpload answered(Response answer) {
    return OpenedUpload{nullptr, std::move(answer)};
}

/// @pre admit_upload() let it pass
OpenedUpload open_upload(Objects& objects, const Request& request) {
    const Result<Digest> digest = captured_digest(request);
    if (!digest) return answered(failure(digest.error()));
    const UploadPlace place = *upload_place(request);
    if (!place.attempt) return OpenedUpload{objects.open_upload(*digest), {}};
    if (objects.size_of(*digest)) return answered(no_content());
    const AttemptId attempt{*place.attempt};
    auto sink = objects.resume_upload(*digest, attempt, static_cast<std::uint64_t>(place.offset));
    if (sink) return OpenedUpload{std::move(*sink), {}};
    return answered(with_offset(failure(sink.error()), objects.bytes_held(*digest, attempt)));
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
        [&services](const Request& request) { return open_upload(services.objects, request); },
        [&services](const Request& request) { return admit_upload(services, request); }});
}

}  // namespace terrace::rest

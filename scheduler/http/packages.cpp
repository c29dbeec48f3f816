#include "scheduler/http/resources.hpp"
#include "scheduler/http/route_helpers.hpp"
#include "scheduler/http/stored_objects.hpp"

namespace terrace::rest {
namespace {

using Packages = std::vector<core::SourcePackage>;

Result<Packages> read_uploaded(const Services& services,
                               const std::vector<wire::UploadedSrpm>& srpms) {
    NamedDigests files;
    for (const wire::UploadedSrpm& srpm : srpms) files.emplace_back(srpm.filename, srpm.digest);
    const Result<void> uploaded = check_uploaded(services.objects, files);
    if (!uploaded) return uploaded.error();
    return services.intake.read_srpms(srpms);
}

asio::awaitable<Response> import_package_set(const Services& services, Request request) {
    Result<wire::ImportRequest> wanted = decode_body<wire::ImportRequest>(request);
    if (!wanted) co_return failure(wanted.error());
    auto read = [&services, srpms = std::move(wanted->srpms)] {
        return read_uploaded(services, srpms);
    };
    Result<Packages> packages = co_await services.intake_pool.run(std::move(read));
    if (!packages) co_return failure(packages.error());
    core::Event event = core::ImportPackageSet{std::move(wanted->release), std::move(*packages)};
    co_return co_await answer_reply<core::MadePackageSet>(services, std::move(event), 201);
}

}  // namespace

void add_packages(Router& router, const Services& services) {
    add_list(router, "/v1/package-sets", services, &Reads::package_sets);
    add_list(router, "/v1/packages", services, &Reads::packages);
    add_post(router, "/v1/package-sets", services.limits.json, [&services](Request request) {
        return import_package_set(services, std::move(request));
    });
}

}  // namespace terrace::rest

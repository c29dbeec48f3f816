#include "scheduler/ingest/rpm_md.hpp"

#include <doctest/doctest.h>

#include "tests/unit/solv/primary_text.hpp"

using namespace terrace;
using namespace terrace::ingest;
using namespace terrace::testing;

namespace {

template <class T>
std::string message_of(const Result<T>& result) {
    REQUIRE(result.has_error());
    return result.error().message;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the source packages of a repository are those of an import") {
    const os::TemporaryDirectory directory;
    make_repo(directory.path(),
              {{.name = "zlib",
                .required = {"gcc", "cmake >= 3.5", "(a or b)", "/usr/bin/perl", "rpmlib(X) <= 4"},
                .version = "1.3",
                .arch = "src"},
               {.name = "zlib", .version = "1.10", .arch = "src"},
               {.name = "zlib", .required = {"make"}, .version = "1.9", .arch = "src"},
               {.name = "bash",
                .required = {"gcc", "cmake >= 3.5", "(a or b)", "/usr/bin/perl", "pkgconfig(x) = 1",
                             "rpmlib(X) <= 4"},
                .arch = "src"},
               {.name = "bash"}});
    const Result<SourceRepo> repo = read_source_packages(directory.path());
    REQUIRE_MESSAGE(repo.has_value(), repo.error().message);
    REQUIRE(repo->packages.size() == 2);
    const core::SourcePackage& bash = repo->packages[0];
    CHECK(bash.name == "bash");
    CHECK(bash.epoch == 0);
    CHECK(bash.version == "1");
    CHECK(bash.release == "1");
    CHECK(bash.srpm_name == "bash-1-1.src.rpm");
    CHECK(bash.srpm_digest == os::sha256_of_text("bash-1-1.src.rpm"));
    CHECK(bash.srpm_size == 1234);
    CHECK(bash.build_requires ==
          Texts{"gcc", "cmake >= 3.5", "(a or b)", "/usr/bin/perl", "pkgconfig(x) = 1"});
    CHECK(repo->packages[1].version == "1.10");  // by rpm's order, not that of text
    CHECK(repo->locations == Texts{"p/bash-1-1.src.rpm", "p/zlib-1.10-1.src.rpm"});
}

TEST_CASE("a repository without source packages is not one to import from") {
    const os::TemporaryDirectory directory;
    make_repo(directory.path(), {{.name = "bash"}});
    CHECK(has(message_of(read_source_packages(directory.path())), "lists no source packages"));
}

TEST_CASE("the primary is the one that repomd.xml promises, or it is refused") {
    const os::TemporaryDirectory directory;
    make_repo(directory.path(), {{.name = "bash"}});
    const std::filesystem::path path = directory.path() / "repodata" / "primary.xml";
    const Result<Primary> primary = find_primary(directory.path());
    REQUIRE(primary.has_value());
    CHECK(primary->path == path);
    CHECK(primary->digest == os::sha256_of_file(path));

    os::write_file_atomically(path, primary_xml({{.name = "other"}}));
    CHECK(has(message_of(find_primary(directory.path())), "is damaged or of another time"));
    std::filesystem::remove(path);
    CHECK(has(message_of(find_primary(directory.path())), "is not there"));
    CHECK(has(message_of(find_primary(directory.path() / "absent")), "Cannot open"));
}

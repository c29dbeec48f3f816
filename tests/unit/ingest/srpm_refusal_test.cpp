#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "common/os/files.hpp"
#include "common/os/unique_fd.hpp"
#include "scheduler/ingest/srpm_reader.hpp"
#include "tests/unit/ingest/rpmbuild.hpp"

using namespace terrace;
using namespace terrace::ingest;
using terrace::testing::run_rpmbuild;
using terrace::testing::spec_of;

namespace {

/// Standard error goes into a file as long as this lives.
class StandardErrorInFile {
public:
    explicit StandardErrorInFile(const std::filesystem::path& file) : saved_(dup(STDERR_FILENO)) {
        std::fflush(stderr);
        const os::UniqueFd fd(open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        dup2(fd.get(), STDERR_FILENO);
    }
    ~StandardErrorInFile() {
        std::fflush(stderr);
        dup2(saved_.get(), STDERR_FILENO);
    }
    StandardErrorInFile(const StandardErrorInFile&) = delete;
    StandardErrorInFile& operator=(const StandardErrorInFile&) = delete;

private:
    os::UniqueFd saved_;
};

/// The one sentence about a file of that content; nothing may be said elsewhere.
std::string refusal_of(const std::string& content, const std::string& filename = "x.src.rpm") {
    const os::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / "object";
    os::write_file_atomically(file, content);
    Result<core::SourcePackage> package = core::SourcePackage{};
    {
        const StandardErrorInFile capture(directory.path() / "stderr");
        package = read_srpm(file, filename, os::sha256_of_text(content));
    }
    CHECK(os::read_file(directory.path() / "stderr") == "");
    if (package) return "";
    CHECK(package.error().code == Errc::invalid_argument);
    return package.error().message;
}

std::string an_srpm() {
    const os::TemporaryDirectory directory;
    return os::read_file(run_rpmbuild(directory.path() / "p", spec_of("tool", ""), {"-bs"}).at(0));
}

constexpr const char* kDamaged =
    "'x.src.rpm' is not an SRPM: its digests do not fit its content, so it is damaged or cut off.";

}  // namespace

TEST_CASE("a sound SRPM is not refused") {
    CHECK(refusal_of(an_srpm()) == "");
}

TEST_CASE("a text or an empty file is no RPM package") {
    CHECK(refusal_of("Hello, I am a text.\n") ==
          "'x.src.rpm' is not an SRPM: it is no RPM package.");
    CHECK(refusal_of("") == "'x.src.rpm' is not an SRPM: it is no RPM package.");
}

TEST_CASE("an SRPM that is cut off in its payload or changed there is refused") {
    const std::string whole = an_srpm();
    CHECK(refusal_of(whole.substr(0, whole.size() - 10)) == kDamaged);
    std::string changed = whole;
    changed[changed.size() - 10] ^= 1;
    CHECK(refusal_of(changed) == kDamaged);
}

TEST_CASE(
    "an SRPM that is cut off in its header is refused with rpm's words and without our path") {
    const std::string message = refusal_of(an_srpm().substr(0, 1000));
    CHECK(message.starts_with("'x.src.rpm' is not an SRPM: its header is damaged or cut off ("));
    CHECK(message.find("/object") == std::string::npos);
}

TEST_CASE("a binary RPM is refused by its name") {
    const os::TemporaryDirectory directory;
    const std::string spec = spec_of("tool", "BuildArch: noarch\n");
    const auto files = run_rpmbuild(directory.path() / "p", spec, {"-bb"});
    CHECK(refusal_of(os::read_file(files.at(0))) ==
          "'x.src.rpm' is not an SRPM: it is a binary package of tool.");
}

TEST_CASE("a file name that is a path or of another kind is refused before the file is read") {
    for (const char* name : {"../x.src.rpm", "a/x.src.rpm", "x.rpm", ".src.rpm", "x.nosrc.rpm"}) {
        CHECK(refusal_of("", name) == std::string("'") + name +
                                          "' is not an SRPM: its name must be a plain file name "
                                          "that ends in .src.rpm.");
    }
}

TEST_CASE("a missing file is the disk's failure, not the importer's") {
    CHECK_THROWS_AS(static_cast<void>(read_srpm("/nonexistent/object", "x.src.rpm", Digest{})),
                    std::system_error);
}

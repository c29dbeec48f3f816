#include "scheduler/http/log_store.hpp"

#include <doctest/doctest.h>

#include "common/os/files.hpp"

namespace terrace::rest {
namespace {

constexpr AttemptId kAttempt{7};

/// The whole file from `offset` on, as GET would send it.
std::string text_of(const LogStore& logs, std::uint64_t offset = 0) {
    const FilePart part = logs.read(kAttempt, offset);
    return part.size == 0 ? "" : os::read_file(part.path).substr(part.offset, part.size);
}

}  // namespace

TEST_CASE("a log grows by its offsets, and what is sent twice is kept once") {
    const os::TemporaryDirectory directory;
    LogStore logs(directory.path() / "logs", 1000);
    CHECK(text_of(logs).empty());
    CHECK(logs.append(kAttempt, 0, "hello ").has_value());
    CHECK(logs.append(kAttempt, 6, "world").has_value());
    CHECK(logs.append(kAttempt, 0, "hello ").has_value());
    CHECK(logs.append(kAttempt, 6, "world, and more").has_value());
    CHECK(text_of(logs) == "hello world, and more");
    CHECK(text_of(logs, 6) == "world, and more");
    CHECK(text_of(logs, 21).empty());
    CHECK(text_of(logs, 1000).empty());
}

TEST_CASE("a gap in a log is refused and changes nothing") {
    const os::TemporaryDirectory directory;
    LogStore logs(directory.path(), 1000);
    CHECK(logs.append(kAttempt, 0, "abc").has_value());
    const Result<void> gap = logs.append(kAttempt, 4, "e");
    REQUIRE(gap.has_error());
    CHECK(gap.error().code == Errc::conflict);
    CHECK(gap.error().message ==
          "The log of attempt 7 has 3 bytes, so text at 4 would leave a gap.");
    CHECK(text_of(logs) == "abc");
}

TEST_CASE("what is beyond the limit of a log is dropped, and one line says so") {
    const os::TemporaryDirectory directory;
    LogStore logs(directory.path(), 10);
    CHECK(logs.append(kAttempt, 0, "0123456789").has_value());
    CHECK(text_of(logs) == "0123456789");
    CHECK(logs.append(kAttempt, 10, "ab").has_value());
    CHECK(logs.append(kAttempt, 12, "cd").has_value());
    CHECK(logs.append(kAttempt, 5000, "ef").has_value());
    CHECK(text_of(logs) ==
          "0123456789\n[terrace: the log is longer than 10 bytes; the rest was dropped]\n");
    LogStore at_once(directory.path() / "other", 10);
    CHECK(at_once.append(kAttempt, 0, "0123456789ab").has_value());
    CHECK(text_of(at_once).starts_with("0123456789\n[terrace:"));
}

}  // namespace terrace::rest

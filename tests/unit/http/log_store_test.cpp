#include "scheduler/http/log_store.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <memory>
#include <random>

#include "common/os/files.hpp"

namespace terrace::rest {
namespace {

namespace fs = std::filesystem;

constexpr AttemptId kAttempt{7};

/// The whole log from `offset` on, as GET would send it.
std::string text_of(const LogStore& logs, std::uint64_t offset = 0) {
    const std::shared_ptr<BodySource> source = logs.read(kAttempt, offset);
    std::string text;
    if (!source) return text;
    const std::uint64_t size = source->left();
    while (source->left() != 0) text += source->read_piece();
    CHECK(text.size() == size);
    return text;
}

/// What `append` said, where it is not an error.
LogAppend added(LogStore& logs, std::uint64_t offset, std::string_view text) {
    const Result<LogAppend> result = logs.append(kAttempt, offset, text);
    REQUIRE(result.has_value());
    return *result;
}

/// Text that compresses about as a log does.
std::string some_log(std::size_t bytes, std::mt19937& random) {
    std::string text;
    while (text.size() < bytes)
        text += "gcc -O2 -c file" + std::to_string(random() % 10'000) + ".c\n";
    text.resize(bytes);
    return text;
}

std::vector<std::string> names_in(const fs::path& directory) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory))
        names.push_back(entry.path().filename().string());
    return names;
}

}  // namespace

TEST_CASE("a log grows by its offsets, and what is sent twice is kept once") {
    const os::TemporaryDirectory directory;
    LogStore logs(directory.path() / "logs", 1000);
    CHECK(logs.read(kAttempt, 0) == nullptr);
    CHECK(added(logs, 0, "hello ").offset == 6);
    CHECK(added(logs, 6, "world").offset == 11);
    CHECK(added(logs, 0, "hello ").offset == 11);
    CHECK(added(logs, 6, "world, and more").offset == 21);
    CHECK(text_of(logs) == "hello world, and more");
    CHECK(text_of(logs, 6) == "world, and more");
    CHECK(text_of(logs, 21).empty());
    CHECK(text_of(logs, 1000).empty());
}

TEST_CASE("a gap in a log changes nothing and says where to go on") {
    const os::TemporaryDirectory directory;
    LogStore logs(directory.path(), 1000);
    CHECK_FALSE(added(logs, 0, "abc").gap);
    const LogAppend gap = added(logs, 4, "e");
    CHECK(gap.gap);
    CHECK(gap.offset == 3);
    CHECK(text_of(logs) == "abc");
}

TEST_CASE("what is beyond the limit of a log is dropped, and one line says so") {
    const os::TemporaryDirectory directory;
    LogStore logs(directory.path(), 10);
    CHECK(added(logs, 0, "0123456789").offset == 10);
    CHECK(text_of(logs) == "0123456789");
    CHECK(added(logs, 10, "ab").offset == 12);
    CHECK(added(logs, 12, "cd").offset == 14);
    CHECK_FALSE(added(logs, 5000, "ef").gap);
    CHECK(text_of(logs) ==
          "0123456789\n[terrace: the log is longer than 10 bytes; the rest was dropped]\n");
    LogStore at_once(directory.path() / "other", 10);
    CHECK(added(at_once, 0, "0123456789ab").offset == 12);
    CHECK(text_of(at_once).starts_with("0123456789\n[terrace:"));
}

TEST_CASE("a log that was compressed has the same bytes, and takes no more") {
    const os::TemporaryDirectory directory;
    LogStore logs(directory.path(), 10'000'000);
    std::mt19937 random(1);
    const std::string text = some_log(2'500'000, random);
    added(logs, 0, text);
    const std::shared_ptr<BodySource> reading = logs.read(kAttempt, 1);
    CHECK(logs.plain_logs() == std::vector<AttemptId>{kAttempt});
    logs.compress(kAttempt);
    logs.compress(kAttempt);  // nothing is left to do
    logs.compress(AttemptId{8});
    CHECK(names_in(directory.path()) == std::vector<std::string>{"7.log.zst"});
    CHECK(logs.plain_logs().empty());
    CHECK(text_of(logs) == text);
    for (const std::size_t offset :
         {std::size_t{1}, std::size_t{1} << 20, (std::size_t{1} << 20) + 1, text.size() - 1,
          text.size(), text.size() + 5}) {
        CAPTURE(offset);
        CHECK(text_of(logs, offset) == text.substr(std::min(offset, text.size())));
    }
    const Result<LogAppend> late = logs.append(kAttempt, text.size(), "late");
    REQUIRE(late.has_error());
    CHECK(late.error().code == Errc::conflict);
    CHECK(late.error().message == "The log of attempt 7 has ended; nothing can be added to it.");

    // Who began to read it before goes on.
    std::string read;
    while (reading->left() != 0) read += reading->read_piece();
    CHECK(read == text.substr(1));

    logs.add_up();
    CHECK(logs.bytes() == fs::file_size(directory.path() / "7.log.zst"));
    CHECK(logs.bytes() < text.size() / 4);
    REQUIRE(logs.ended_logs().size() == 1);
    CHECK(logs.ended_logs().front().attempt == kAttempt);
    logs.remove(kAttempt);
    CHECK(logs.read(kAttempt, 0) == nullptr);
    CHECK(names_in(directory.path()).empty());
}

TEST_CASE("an empty log can be compressed, too") {
    const os::TemporaryDirectory directory;
    LogStore logs(directory.path(), 1000);
    added(logs, 0, "");
    logs.compress(kAttempt);
    REQUIRE(logs.read(kAttempt, 0) != nullptr);
    CHECK(text_of(logs).empty());
}

TEST_CASE("compressing goes on after a crash at any of its steps") {
    std::mt19937 random(2);
    const std::string text = some_log(300'000, random);
    for (int step = 0; step < 4; ++step) {
        CAPTURE(step);
        const os::TemporaryDirectory directory;
        const fs::path ended = directory.path() / "7.ended";
        {
            LogStore logs(directory.path(), 1'000'000);
            added(logs, 0, text);
        }
        if (step > 0) fs::rename(directory.path() / "7.log", ended);
        if (step == 2) std::ofstream(directory.path() / "7.new") << "half of it";
        if (step == 3) {  // all done but for the last removal
            fs::copy_file(ended, directory.path() / "kept");
            LogStore(directory.path(), 1'000'000).compress(kAttempt);
            fs::rename(directory.path() / "kept", ended);
        }
        LogStore logs(directory.path(), 1'000'000);
        CHECK(text_of(logs) == text);
        CHECK(logs.append(kAttempt, text.size(), "").has_error() == (step > 0));
        CHECK(logs.plain_logs() == std::vector<AttemptId>{kAttempt});
        logs.compress(kAttempt);
        CHECK(names_in(directory.path()) == std::vector<std::string>{"7.log.zst"});
        CHECK(text_of(logs) == text);
    }
}

TEST_CASE("a compressed log that was damaged is an error, not other text") {
    const os::TemporaryDirectory directory;
    LogStore logs(directory.path(), 1'000'000);
    std::mt19937 random(3);
    const std::string text = some_log(200'000, random);
    added(logs, 0, text);
    logs.compress(kAttempt);
    const fs::path file = directory.path() / "7.log.zst";
    const std::string whole = os::read_file(file);
    for (int i = 0; i < 200; ++i) {
        std::string damaged = whole;
        if (i % 2 == 0) {
            damaged.resize(random() % whole.size());
        } else {
            damaged[random() % damaged.size()] ^= static_cast<char>(1 + random() % 255);
        }
        std::ofstream(file, std::ios::binary | std::ios::trunc) << damaged;
        std::string read;
        try {
            const std::shared_ptr<BodySource> source = logs.read(kAttempt, 0);
            while (source->left() != 0) read += source->read_piece();
        } catch (const std::runtime_error&) {
            continue;
        }
        CHECK(read == text);  // the damage was where it changes nothing
    }
}

TEST_CASE(
    "whatever is sent, lost, sent again and interrupted, a log is the text that was written") {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        const os::TemporaryDirectory directory;
        const std::string text = some_log(random() % 3'000'000, random);
        auto logs = std::make_unique<LogStore>(directory.path(), 4'000'000);
        std::uint64_t known = 0;  // what the sender believes to have been taken
        while (known < text.size()) {
            const std::uint64_t begin = random() % 4 == 0 ? random() % (text.size() + 1) : known;
            const std::string_view piece = std::string_view(text).substr(begin, random() % 200'000);
            const std::uint64_t before = text_of(*logs).size();
            const LogAppend result = added(*logs, begin, piece);
            CHECK(result.gap == (begin > before));
            CHECK(result.offset == (result.gap ? before : std::max(before, begin + piece.size())));
            if (random() % 3 != 0) known = result.offset;  // else the answer was lost
            if (random() % 5 == 0) logs = std::make_unique<LogStore>(directory.path(), 4'000'000);
            const std::uint64_t from = random() % (text.size() + 1);
            CHECK(text_of(*logs, from) ==
                  text.substr(from, result.offset > from ? result.offset - from : 0));
        }
        logs->compress(kAttempt);
        for (int i = 0; i < 10; ++i) {
            const std::uint64_t from = random() % (text.size() + 1);
            CHECK(text_of(*logs, from) == text.substr(from));
        }
    }
}

}  // namespace terrace::rest

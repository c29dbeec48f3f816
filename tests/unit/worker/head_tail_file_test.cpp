#include "worker/mock/head_tail_file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <csignal>
#include <random>
#include <string>
#include <vector>

#include "common/os/files.hpp"

namespace terrace::worker {
namespace {

std::string read_all(const HeadTailFile& file, std::int64_t from = 0, std::int64_t piece = 1000) {
    std::string text;
    for (std::int64_t at = from; at < file.size();) {
        const std::string read = file.read(at, piece);
        REQUIRE(!read.empty());
        REQUIRE(static_cast<std::int64_t>(read.size()) <= piece);
        text += read;
        at += static_cast<std::int64_t>(read.size());
    }
    return text;
}

const std::string kNotice =
    "\n==> The log is longer than 20 bytes: what follows comes when the attempt has ended. <==\n";

}  // namespace

TEST_CASE("a text that fits into the head is there at once and as it is") {
    const os::TemporaryDirectory directory;
    HeadTailFile file(directory.path() / "log", {20, 10});
    file.append("0123456789\n");
    CHECK(read_all(file) == "0123456789\n");
    file.append("12345678\n");
    file.close();
    file.append("ignored\n");
    CHECK(read_all(file) == "0123456789\n12345678\n");
}

TEST_CASE("a text that fits into head and tail is kept as a whole, its end until the end") {
    const os::TemporaryDirectory directory;
    HeadTailFile file(directory.path() / "log", {20, 12});
    file.append("0123456789\n");
    file.append("0123456789\n");
    CHECK(read_all(file) == "0123456789\n" + kNotice);
    file.close();
    CHECK(read_all(file) == "0123456789\n" + kNotice + "0123456789\n");
}

TEST_CASE("of a longer text the last whole lines are kept, and one line says what is left out") {
    const os::TemporaryDirectory directory;
    HeadTailFile file(directory.path() / "log", {20, 12});
    file.append("0123456789\n");
    for (int i = 0; i < 1000; ++i) file.append("line" + std::to_string(i % 10) + "\n");
    file.append("error!\n");
    file.close();
    CHECK(read_all(file) ==
          "0123456789\nline0\n" + kNotice + "==> 5994 bytes are left out here. <==\nerror!\n");
    CHECK(std::filesystem::file_size(directory.path() / "log") == 17 + 12);
}

TEST_CASE("a last line that is longer than the tail is kept from its middle") {
    const os::TemporaryDirectory directory;
    HeadTailFile file(directory.path() / "log", {0, 5});
    file.append("a line of more bytes\n");
    file.close();
    CHECK(read_all(file).ends_with("==> 16 bytes are left out here. <==\nytes\n"));
}

TEST_CASE("any text: what was read once stays, and head, gap and tail add up") {
    for (unsigned seed = 1; seed <= 200; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        const os::TemporaryDirectory directory;
        const LogLimits limits{static_cast<std::int64_t>(random() % 3000),
                               static_cast<std::int64_t>(1 + random() % 3000)};
        HeadTailFile file(directory.path() / "log", limits);
        std::string whole;
        std::string followed;  // by one who reads as it grows
        const unsigned lines = random() % 200;
        for (unsigned i = 0; i < lines; ++i) {
            const std::string line = std::to_string(i) + std::string(random() % 60, 'x') + "\n";
            file.append(line);
            whole += line;
            if (random() % 4 == 0)
                followed += read_all(file, static_cast<std::int64_t>(followed.size()), 7);
        }
        file.close();
        followed += read_all(file, static_cast<std::int64_t>(followed.size()));
        CHECK(followed == read_all(file));
        CHECK(static_cast<std::int64_t>(std::filesystem::file_size(directory.path() / "log")) <=
              limits.head_bytes + limits.tail_bytes);

        const std::size_t notice = followed.find("\n==> The log is longer");
        if (notice == std::string::npos) {
            CHECK(followed == whole);
            continue;
        }
        const std::string head = followed.substr(0, notice);
        CHECK(whole.starts_with(head));
        const std::string_view left_out = " bytes are left out here. <==\n";
        const std::size_t marker = followed.find(left_out);
        const std::size_t tail_at = marker == std::string::npos ? followed.find("ended. <==\n") + 11
                                                                : marker + left_out.size();
        const std::string tail = followed.substr(tail_at);
        CHECK(whole.ends_with(tail));
        std::size_t gap = 0;
        if (marker != std::string::npos) {
            const std::size_t number = followed.rfind("==> ", marker) + 4;
            gap = std::stoul(followed.substr(number, marker - number));
        }
        CHECK(head.size() + gap + tail.size() == whole.size());
        // Nothing but the rest of a line was left out needlessly.
        if (gap != 0) CHECK(static_cast<std::int64_t>(tail.size()) + 65 > limits.tail_bytes);
    }
}

TEST_CASE("where the disk takes no more the text stops, and what is kept is right") {
    const os::TemporaryDirectory directory;
    HeadTailFile file(directory.path() / "log", {100, 100'000});
    file.append("head\n");
    rlimit saved{};
    getrlimit(RLIMIT_FSIZE, &saved);
    auto* handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, saved.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 100; ++i) file.append("a line of exactly forty-one characters..\n");
    setrlimit(RLIMIT_FSIZE, &saved);
    std::signal(SIGXFSZ, handler);
    file.append("late\n");
    file.close();
    const std::string text = read_all(file);
    CHECK(text.starts_with("head\na line of"));
    CHECK(text.ends_with("characters..\n"));
    CHECK(text.find("late") == std::string::npos);
}

}  // namespace terrace::worker

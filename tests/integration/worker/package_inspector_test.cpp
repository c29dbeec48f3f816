// terrace-inspect and what the worker makes of its end, with packages that mean harm.
#include "worker/app/package_inspector.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "tests/integration/worker/fake_scheduler.hpp"

namespace terrace::worker {
namespace {

using namespace std::chrono_literals;

const std::string kLead = std::string("\xed\xab\xee\xdb\x03\x00\x00\x00\x00\x01", 10) +
                          std::string(66, 'n') + std::string("\x00\x01\x00\x05", 4) +
                          std::string(16, '\0');

std::string big_endian(std::uint32_t number) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(number >> static_cast<unsigned>(shift) & 0xffU);
    return bytes;
}

/// A header that promises so many entries and so many bytes.
std::string header(std::uint32_t entries, std::uint32_t bytes) {
    return std::string("\x8e\xad\xe8\x01\0\0\0\0", 8) + big_endian(entries) + big_endian(bytes);
}

struct Stage {
    os::TemporaryDirectory directory;
    FakeScheduler scheduler;
    AttemptLog log{scheduler, {AttemptId{7}, 1}, directory.path() / "attempt.log"};
    AttemptSettings settings;
    Slot slot{"test-0", {}, directory.path()};
    std::filesystem::path taken = directory.path() / "taken";
    bool cancelled = false;

    Stage() {
        settings.inspect_program = std::filesystem::read_symlink("/proc/self/exe").parent_path() /
                                   "../bin/terrace-inspect";
        settings.mock.namespaces = ::geteuid() == 0;
        if (::geteuid() == 0) slot.user = {990001, 990001};
        std::filesystem::permissions(directory.path(), std::filesystem::perms(0755));
        std::filesystem::create_directory(taken);
    }
    void add(const std::string& name, const std::string& content) const {
        std::ofstream(taken / name, std::ios::binary) << content;
    }
    Inspected inspect() {
        std::vector<sandbox::TakenFile> files;
        for (const auto& entry : std::filesystem::directory_iterator(taken))
            files.push_back({entry.path().filename().string(), 0});
        const AttemptContext context{scheduler, settings, directory.path(),
                                     slot,      log,      [this] { return cancelled; }};
        return inspect_packages(context, taken, files, Level::x86_64);
    }
    /// Another program in its place.
    void pretend(const std::string& script) {
        settings.inspect_program = directory.path() / "inspect";
        std::ofstream(settings.inspect_program) << "#!/bin/sh\n" << script << "\n";
        std::filesystem::permissions(settings.inspect_program, std::filesystem::perms(0755));
    }
    void add_srpm() const {
        os::ChildSpec spec;
        spec.arguments = {"rpmbuild",
                          "-bs",
                          "--nodeps",
                          "--define",
                          "_topdir " + (directory.path() / "top").string(),
                          "--define",
                          "_srcrpmdir " + taken.string(),
                          std::filesystem::absolute("tests/minimock/specs/ok.spec").string()};
        spec.environment = os::current_environment();
        REQUIRE(os::run_captured(spec, 60s).exit_code == 0);
    }
};

std::string outcome_of(const Inspected& inspected) {
    return inspected.ending ? name_of(inspected.ending->outcome) : "none";
}

}  // namespace

TEST_CASE("an RPM is named by its header") {
    Stage stage;
    stage.add_srpm();
    const Inspected inspected = stage.inspect();
    REQUIRE_MESSAGE(!inspected.ending, inspected.ending->evidence);
    REQUIRE(inspected.inspection.rpms.size() == 1);
    CHECK(to_string(inspected.inspection.rpms[0].nevra) == "ok-1.0-1.src");
    CHECK_FALSE(inspected.inspection.audit.code_identity.hex.empty());
}

TEST_CASE("damaged and lying packages are the build's failure") {
    struct Row {
        const char* what;
        std::string content;
    };
    for (const Row& row :
         {Row{"nothing", ""}, Row{"no RPM", "text"}, Row{"lead only", kLead},
          Row{"random", kLead + std::string(5000, '\xa5')},
          Row{"too many entries", kLead + header(0xffffffffU, 16)},
          Row{"too large a store", kLead + header(1, 0xffffffffU)},
          Row{"as much as librpm allows, and none of it there", kLead + header(0xffff, 0x0fffffff)},
          Row{"an index of zeros", kLead + header(64, 64) + std::string(64 * 16 + 64, '\0') +
                                       header(64, 64) + std::string(64 * 16 + 64, '\0')}}) {
        CAPTURE(row.what);
        Stage stage;
        stage.add("a-1-1.noarch.rpm", row.content);
        const Inspected inspected = stage.inspect();
        CHECK(outcome_of(inspected) == "build_failed");
        CHECK(inspected.ending->evidence.find("could not be inspected") != std::string::npos);
    }
    Stage stage;
    stage.add_srpm();
    std::filesystem::rename(stage.taken / "ok-1.0-1.src.rpm", stage.taken / "glibc-2-1.src.rpm");
    const Inspected renamed = stage.inspect();
    CHECK(outcome_of(renamed) == "build_failed");
    CHECK(renamed.ending->evidence.find("another package than its name says") != std::string::npos);
    Stage truncated;
    truncated.add_srpm();
    std::filesystem::resize_file(truncated.taken / "ok-1.0-1.src.rpm", 400);
    CHECK(outcome_of(truncated.inspect()) == "build_failed");
}

TEST_CASE(
    "a reader that crashes blames the package; one that others ended, or that lies, this host") {
    struct Row {
        const char* script;
        const char* outcome;
    };
    for (const Row& row :
         {Row{"kill -SEGV $$", "build_failed"}, Row{"kill -XCPU $$", "build_failed"},
          Row{"kill -KILL $$", "infra_aborted"}, Row{"kill -TERM $$", "infra_aborted"},
          Row{"exit 3", "infra_aborted"}, Row{"exit 127", "infra_aborted"},
          Row{"echo no JSON", "infra_aborted"}, Row{"echo '{\"rpms\": 7}'", "infra_aborted"},
          Row{"", "infra_aborted"},
          Row{"echo '{\"rpms\": [{\"filename\": \"../b.rpm\"}]}'", "infra_aborted"},
          Row{"head -c 70000000 /dev/zero", "infra_aborted"}}) {
        CAPTURE(row.script);
        Stage stage;
        stage.add("a-1-1.noarch.rpm", "x");
        stage.pretend(row.script);
        CHECK(outcome_of(stage.inspect()) == row.outcome);
    }
}

TEST_CASE("a reader that does not come back ends with its attempt") {
    Stage stage;
    stage.pretend("sleep 300");
    stage.cancelled = true;
    CHECK(outcome_of(stage.inspect()) == "infra_aborted");
}

TEST_CASE("the reader has no way back to root, starts nothing, and has an end") {
    if (::geteuid() != 0) return;
    Stage stage;
    stage.add_srpm();
    // What it may do is seen from outside, while it reads a FIFO that never answers.
    std::filesystem::remove(stage.taken / "ok-1.0-1.src.rpm");
    REQUIRE(::mkfifo((stage.taken / "a-1-1.noarch.rpm").c_str(), 0644) == 0);
    os::ChildSpec spec;
    spec.arguments = {stage.settings.inspect_program.string(),
                      "--uid",
                      "990001",
                      "--gid",
                      "990001",
                      "--cpu-seconds-max",
                      "5",
                      stage.taken.string()};
    spec.environment = os::current_environment();
    os::ChildProcess child(spec);
    const auto proc = std::filesystem::path("/proc") / std::to_string(child.pid());
    const auto text_of = [&](const char* file) {
        std::ifstream in(proc / file);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    const auto has = [&](const char* file, const std::string& text) {
        return text_of(file).find(text) != std::string::npos;
    };
    for (int i = 0; i < 200 && !has("status", "NoNewPrivs:\t1"); ++i) ::usleep(50'000);
    CHECK(has("status", "Uid:\t990001\t990001\t990001\t990001"));
    CHECK(has("status", "Gid:\t990001\t990001\t990001\t990001"));
    CHECK(has("status", "Groups:\t \n"));
    CHECK(has("status", "CapEff:\t0000000000000000"));
    CHECK(has("status", "NoNewPrivs:\t1"));
    CHECK(has("limits", "Max processes             0                    0 "));
    CHECK(has("limits", "Max cpu time              5                    15 "));
    CHECK(has("limits", "Max open files            64                   64 "));
    CHECK_FALSE(child.poll().has_value());
}

}  // namespace terrace::worker

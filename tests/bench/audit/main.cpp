// How fast the audit reads code, against objdump -d, and whether it is right: on real objects with
// run-time dispatch, and on leaks that are planted.
#include <CLI/CLI.hpp>

#include <elf.h>
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/output/output.hpp"
#include "cli/output/table.hpp"
#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "common/runtime/audit_exceptions.hpp"
#include "common/wire/json.hpp"
#include "tests/bench/audit/planted.hpp"
#include "tests/bench/statistics.hpp"
#include "worker/audit/audit.hpp"
#include "worker/audit/elf_image.hpp"

namespace terrace::bench {
namespace {

namespace fs = std::filesystem;

struct Options {
    fs::path objects;
    fs::path debug;
    fs::path exceptions;
    int rounds = 5;
    int timed_objects = 8;  ///< the largest
    bool shows_leaks = false;
};

struct TimedObject {
    fs::path path;
    std::vector<std::uint8_t> content;
    std::uint64_t code_bytes = 0;
};

std::vector<std::uint8_t> bytes_of(const fs::path& path) {
    const std::string text = os::read_file(path, std::size_t{1} << 30);
    return {text.begin(), text.end()};
}

std::vector<fs::path> elf_files(const fs::path& directory) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
        if (entry.is_symlink() || !entry.is_regular_file()) continue;
        char magic[SELFMAG] = {};
        std::ifstream(entry.path(), std::ios::binary).read(magic, sizeof magic);
        if (std::equal(magic, magic + SELFMAG, ELFMAG)) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

std::vector<TimedObject> timed_objects(const std::vector<fs::path>& files, std::size_t count) {
    std::vector<TimedObject> objects;
    for (const fs::path& path : files) {
        TimedObject object{path, bytes_of(path), 0};
        for (const audit::Section& section : audit::read_elf(object.content).code)
            object.code_bytes += section.bytes.size();
        objects.push_back(std::move(object));
    }
    std::ranges::sort(objects, std::greater<>(), &TimedObject::code_bytes);
    objects.resize(std::min(objects.size(), count));
    return objects;
}

/// Of this thread: what other work on this machine takes does not count.
double cpu_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double audit_seconds(const std::vector<TimedObject>& objects) {
    const double started = cpu_seconds();
    for (const TimedObject& object : objects) {
        audit::Decoder decoder;  // as for each package: nothing is known from the one before
        audit::audit_object(decoder, object.content, {});
    }
    return cpu_seconds() - started;
}

double objdump_seconds(const std::vector<TimedObject>& objects) {
    double seconds = 0;
    for (const TimedObject& object : objects) {
        os::ChildProcess child({.arguments = {"objdump", "-d", fs::absolute(object.path).string()},
                                .environment = os::current_environment()});
        const os::ChildExit ended = child.wait();
        if (ended.exit_code != 0) throw std::runtime_error("objdump -d failed.");
        const auto used = ended.usage.user + ended.usage.system;
        seconds += std::chrono::duration<double>(used).count();
    }
    return seconds;
}

struct RealObjects {
    std::size_t objects = 0;
    std::size_t excepted = 0;
    std::size_t false_leaks = 0;
    std::vector<AuditFinding> leaks;
};

/// Package by package, as a worker does.
RealObjects audit_real(const std::vector<fs::path>& files, const Options& options) {
    std::map<fs::path, std::vector<fs::path>> packages;
    for (const fs::path& file : files)
        packages[*fs::relative(file, options.objects).begin()].push_back(file);
    const auto exceptions = runtime::read_audit_exceptions(options.exceptions);
    RealObjects real;
    for (auto& [package, objects] : packages) {
        if (!options.debug.empty()) {
            for (const auto& entry : fs::directory_iterator(options.debug))
                objects.push_back(entry.path());
        }
        AuditReport report = audit::audit_files(objects, {});
        apply_exceptions(exceptions, report);
        real.objects += report.objects.size();
        for (const AuditFinding& finding : report.findings)
            real.excepted += finding.exception.empty() ? 0 : 1;
        for (AuditFinding& leak : leaks_of(report)) real.leaks.push_back(std::move(leak));
        real.false_leaks += static_cast<std::size_t>(report.findings_left_off);
    }
    real.false_leaks += real.leaks.size();
    return real;
}

int run(const Options& options) {
    const std::vector<fs::path> files = elf_files(options.objects);
    if (files.empty()) throw std::runtime_error("There are no objects; see fetch-objects.");
    const std::vector<TimedObject> timed =
        timed_objects(files, static_cast<std::size_t>(options.timed_objects));
    std::uint64_t code_bytes = 0;
    for (const TimedObject& object : timed) code_bytes += object.code_bytes;
    const double megabytes = static_cast<double>(code_bytes) / 1e6;

    std::vector<double> ours;
    std::vector<double> ratios;
    for (int round = 0; round < options.rounds; ++round) {
        const double seconds = audit_seconds(timed);
        ours.push_back(megabytes / seconds);
        ratios.push_back(objdump_seconds(timed) / seconds);
    }

    std::vector<fs::path> all = files;
    if (!options.debug.empty()) {
        for (const auto& entry : fs::directory_iterator(options.debug)) all.push_back(entry.path());
    }
    const RealObjects real = audit_real(files, options);
    const os::TemporaryDirectory work;
    const PlantedResult planted = audit_planted(work.path());

    cli::Table table({{"what"}, {"value"}});
    table.add({{"objects"}, {fmt::format("{}", real.objects)}});
    table.add({{"code timed"}, {fmt::format("{:.1f} MB in {} objects", megabytes, timed.size())}});
    table.add({{"audited"}, {fmt::format("{:.1f} MB/s of CPU time", median(ours))}});
    table.add({{"objdump -d"}, {fmt::format("{:.1f} times as long", median(ratios))}});
    table.add({{"findings with an exception"}, {fmt::format("{}", real.excepted)}});
    table.add({{"false leaks"}, {fmt::format("{}", real.false_leaks)}});
    table.add({{"planted, found"}, {fmt::format("{}, {}", planted.planted, planted.found)}});
    cli::Output output = cli::standard_output();
    output.print(table, "");
    if (options.shows_leaks) {
        for (const AuditFinding& leak : real.leaks) output.print_line("leak: " + to_text(leak));
    }
    for (const std::string& missed : planted.missed) output.print_line("missed: " + missed);
    const wire::json::object metrics = {{"mb_per_s", std::round(median(ours) * 10) / 10},
                                        {"ratio_vs_objdump", std::round(median(ratios) * 10) / 10},
                                        {"false_leaks", real.false_leaks},
                                        {"planted", planted.planted},
                                        {"planted_found", planted.found}};
    const wire::json::value line = {{"bench", "audit"}, {"metrics", metrics}};
    std::cout << wire::json::serialize(line) << std::endl;
    return 0;
}

}  // namespace
}  // namespace terrace::bench

int main(int argc, char** argv) {
    CLI::App app(
        "The audit's speed against objdump -d, and its findings on real and planted code.");
    terrace::bench::Options options;
    app.add_option("--objects", options.objects, "Directory of ELF objects")->required();
    app.add_option("--debug", options.debug, "Directory of *.debug files");
    app.add_option("--exceptions", options.exceptions, "Reviewed exceptions")->required();
    app.add_option("--rounds", options.rounds, "Timed rounds")->capture_default_str();
    app.add_option("--timed-objects", options.timed_objects, "How many, the largest first")
        ->capture_default_str();
    app.add_flag("--show-leaks", options.shows_leaks, "Print the leaks that no exception covers");
    CLI11_PARSE(app, argc, argv);
    try {
        return terrace::bench::run(options);
    } catch (const std::exception& e) {
        std::cerr << "bench_audit: " << e.what() << '\n';
        return 1;
    }
}

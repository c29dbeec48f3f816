#include "worker/app/probe_command.hpp"

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "common/vocab/cpu_level.hpp"
#include "common/wire/json.hpp"
#include "worker/app/config.hpp"
#include "worker/cpu/leaves_table.hpp"
#include "worker/cpu/probe.hpp"

namespace terrace::worker {
namespace {

constexpr std::int64_t kMebibyte = 1 << 20;

void print_line(const char* key, const std::string& value) {
    std::string head = std::string(key) + ":";
    head.resize(18, ' ');
    std::cout << head << (value.empty() ? "-" : value) << "\n";
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

void print_text(const WorkerHello& hello, Level level) {
    print_line("level", name_of(level));
    print_line("leaves", text_of(hello.leaves));
    print_line("features", joined(hello.features));
    print_line("faulting", text_of(hello.features_faulting));
    print_line("missing for next", joined(hello.features_missing));
    print_line("vendor", hello.vendor);
    print_line("model", hello.model);
    print_line("microcode", hello.microcode);
    print_line("hypervisor", hello.hypervisor ? "yes" : "no");
    print_line("cores", std::to_string(hello.cores));
    print_line("memory", std::to_string(hello.memory_bytes / kMebibyte) + " MiB");
    print_line("disk free", std::to_string(hello.disk_bytes_free / kMebibyte) + " MiB");
    print_line("kernel", hello.kernel);
    print_line("mock", hello.mock_version);
    print_line("rpm", hello.rpm_version);
}

}  // namespace

int print_probe(bool json, std::optional<Level> required) {
    const WorkerHello hello = probe({.name = host_name(),
                                     .incarnation = "",
                                     .slots = 1,
                                     .level_max = Level::x86_64_v4,
                                     .mock_command = {"mock"},
                                     .state = "/"});
    const Level level = proven_level(hello);
    if (json) {
        wire::json::object object = wire::to_json(hello).as_object();
        object["level"] = name_of(level);
        std::cout << wire::json::serialize(object) << "\n";
    } else {
        print_text(hello, level);
    }
    if (!required || level >= *required) return 0;
    std::cerr << "terrace-worker: this machine is " << name_of(level) << ", not "
              << name_of(*required) << ": it may use repos up to " << name_of(level) << ".";
    if (static_cast<int>(*required) == static_cast<int>(level) + 1)
        std::cerr << " It lacks " << joined(hello.features_missing) << ".";
    std::cerr << "\n";
    return 1;
}

int print_levels(const std::filesystem::path& table) {
    std::ifstream file(table);
    if (!file) {
        std::cerr << "terrace-worker: " << table.string() << " cannot be read.\n";
        return 1;
    }
    const auto rows = read_leaves_table(file);
    if (!rows) {
        std::cerr << "terrace-worker: " << table.string() << ": " << rows.error().message << "\n";
        return 1;
    }
    for (const LeavesRow& row : *rows) std::cout << name_of(level_of(row.leaves)) << "\n";
    return 0;
}

}  // namespace terrace::worker

#include "tests/sim/app/workload.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "scheduler/core/dep_graph.hpp"
#include "tests/sim/app/draw.hpp"
#include "tests/sim/app/tsv_table.hpp"

namespace terrace::sim {
namespace {

std::filesystem::path table_path(const std::filesystem::path& directory, const std::string& name) {
    const std::filesystem::path plain = directory / (name + ".tsv");
    return std::filesystem::exists(plain) ? plain : directory / (name + ".tsv.zst");
}

bool built_for_x86_64(const TsvTable& table, std::size_t row) {
    const auto names = [&](const std::string& column, std::string_view arch) {
        return std::ranges::count(split_list(table.cell(row, column), ' '), arch) > 0;
    };
    if (names("excludearch", "x86_64")) return false;
    return table.cell(row, "exclusivearch").empty() || names("exclusivearch", "x86_64") ||
           names("exclusivearch", "noarch");
}

/// Reads all but the needs; `rows` gets the row of each source.
std::vector<Source> read_sources(const TsvTable& table, std::vector<std::size_t>& rows) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
        if (built_for_x86_64(table, row)) rows.push_back(row);
    }
    const auto name = [&](std::size_t row) { return table.cell(row, "name"); };
    std::ranges::sort(rows, {}, [&](std::size_t row) { return std::pair(name(row), row); });
    rows.erase(std::ranges::unique(rows, {}, name).begin(), rows.end());
    std::vector<Source> sources;
    for (const std::size_t row : rows) {
        Source source;
        source.name = name(row);
        source.noarch = table.cell(row, "main_arch") == "noarch";
        source.estimate_s = table.number(row, "build_s_est");
        source.memory_mib = std::llround(table.number(row, "mem_mb_est"));
        sources.push_back(std::move(source));
    }
    return sources;
}

void sort_unique(std::vector<int>& values) {
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
}

}  // namespace

Workload read_workload(const std::filesystem::path& directory) {
    const TsvTable table =
        TsvTable::from_file(table_path(directory, "sources"), DamagedLines::skip);
    const TsvTable binaries =
        TsvTable::from_file(table_path(directory, "binaries"), DamagedLines::skip);
    std::vector<std::size_t> rows;
    Workload workload{read_sources(table, rows)};

    std::map<std::string_view, int> source_by_name;
    for (std::size_t i = 0; i < workload.sources.size(); ++i)
        source_by_name[workload.sources[i].name] = static_cast<int>(i);
    std::map<std::string_view, int> source_by_binary;
    for (std::size_t row = 0; row < binaries.rows(); ++row) {
        const auto source = source_by_name.find(binaries.cell(row, "source"));
        if (source != source_by_name.end())
            source_by_binary.emplace(binaries.cell(row, "binary"), source->second);
    }
    for (std::size_t i = 0; i < workload.sources.size(); ++i) {
        std::vector<int>& needs = workload.sources[i].needs;
        for (const std::string_view binary : split_list(table.cell(rows[i], "br_resolved"), '|')) {
            const auto found = source_by_binary.find(binary);
            if (found != source_by_binary.end() && found->second != static_cast<int>(i))
                needs.push_back(found->second);
        }
        sort_unique(needs);
    }
    return workload;
}

Workload sample(const Workload& workload, std::size_t count, std::uint64_t seed) {
    std::vector<std::pair<std::uint64_t, int>> drawn;
    for (std::size_t i = 0; i < workload.sources.size(); ++i)
        drawn.emplace_back(Draw(seed, "sample/" + workload.sources[i].name).bits(),
                           static_cast<int>(i));
    std::ranges::sort(drawn);
    drawn.resize(std::min(count, drawn.size()));
    std::map<int, int> kept;  // old index -> new one
    for (const auto& [bits, index] : drawn) kept[index] = 0;
    int next = 0;
    for (auto& [from, to] : kept) to = next++;

    Workload less;
    for (const auto& [from, to] : kept) {
        Source source = workload.sources[static_cast<std::size_t>(from)];
        std::vector<int> needs;
        for (const int need : source.needs) {
            if (const auto found = kept.find(need); found != kept.end())
                needs.push_back(found->second);
        }
        source.needs = std::move(needs);
        less.sources.push_back(std::move(source));
    }
    return less;
}

std::vector<int> count_dependents(const Workload& workload) {
    std::vector<int> counts(workload.sources.size(), 0);
    for (const Source& source : workload.sources) {
        for (const int need : source.needs) ++counts[static_cast<std::size_t>(need)];
    }
    return counts;
}

std::vector<std::vector<int>> needs_without_cycles(const Workload& workload) {
    std::vector<std::vector<std::uint32_t>> edges;
    for (const Source& source : workload.sources)
        edges.emplace_back(source.needs.begin(), source.needs.end());
    const core::DepGraph graph(std::move(edges));
    std::vector<std::vector<int>> needs;
    for (std::uint32_t node = 0; node < graph.size(); ++node) {
        const std::span<const std::uint32_t> left = graph.needs(node);
        needs.emplace_back(left.begin(), left.end());
    }
    return needs;
}

}  // namespace terrace::sim

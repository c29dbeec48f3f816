// A recorded history as a campaign.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "common/vocab/names.hpp"
#include "tests/sim/app/campaign.hpp"
#include "tests/sim/app/tsv_table.hpp"

namespace terrace::sim {
namespace {

struct Total {
    double seconds = 0;
    int records = 0;
};

template <class E>
E word_in(const TsvTable& table, std::size_t row, const std::string& column) {
    const std::string_view word = table.cell(row, column);
    const auto value = from_name<E>(word);
    if (!value) table.fail(row, "'" + std::string(word) + "' is no " + column);
    return *value;
}

Duration to_duration(double seconds) {
    return Duration(std::llround(seconds * 1000));
}

/// What a farm that had seen the other records would expect.
double estimate_of(const Total& of_source, const Total& of_all, double seconds) {
    if (of_source.records > 1) return (of_source.seconds - seconds) / (of_source.records - 1);
    return of_all.seconds / of_all.records;
}

SimBuild read_build(const TsvTable& table, std::size_t row) {
    SimBuild build;
    build.source = table.cell(row, "source");
    build.variant = table.cell(row, "variant");
    build.run_level = word_in<Level>(table, row, "run_level");
    build.true_time = std::max(Duration(1), to_duration(table.number(row, "seconds")));
    build.memory_mib = std::llround(table.number(row, "memory_mb"));
    if (build.source.empty() || build.variant.empty() || build.run_level == Level::none)
        table.fail(row, "a build needs a source, a variant and a run level");
    return build;
}

}  // namespace

Campaign read_replay(const std::filesystem::path& path) {
    const TsvTable table = TsvTable::from_file(path, DamagedLines::refuse);
    Campaign campaign;
    std::map<std::string, Total> totals;
    Total all;
    std::map<std::string, Level> levels;
    using Group = std::tuple<double, PriorityClass, std::string>;
    std::map<Group, std::vector<std::pair<std::string, std::size_t>>> groups;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        SimBuild build = read_build(table, row);
        if (levels.emplace(build.variant, build.run_level).first->second != build.run_level)
            table.fail(row, "variant '" + build.variant + "' had another run level before");
        Total& total = totals[build.source];
        const double seconds = table.number(row, "seconds");
        total.seconds += seconds;
        all.seconds += seconds;
        ++total.records;
        ++all.records;
        const Group group{table.number(row, "submitted_s"),
                          word_in<PriorityClass>(table, row, "class"), build.variant};
        groups[group].emplace_back(build.source, row);
        campaign.builds.push_back(std::move(build));
    }
    for (auto& [group, members] : groups) {
        std::ranges::sort(members);
        const int rebuild = static_cast<int>(campaign.rebuilds.size());
        campaign.rebuilds.push_back(
            {std::get<PriorityClass>(group), Mode::flat, to_duration(std::get<double>(group)), {}});
        for (std::size_t i = 0; i < members.size(); ++i) {
            const auto& [source, row] = members[i];
            if (i > 0 && members[i - 1].first == source)
                table.fail(row, "'" + source + "' was submitted twice at that time");
            SimBuild& build = campaign.builds[row];
            build.rebuild = rebuild;
            build.estimate = std::max(
                Duration(1),
                to_duration(estimate_of(totals[source], all, table.number(row, "seconds"))));
            campaign.rebuilds.back().builds.push_back(static_cast<int>(row));
        }
    }
    if (campaign.builds.empty()) throw InputError(path.string() + " holds no build.");
    return campaign;
}

}  // namespace terrace::sim

#pragma once

#include <string>
#include <vector>

#include "scheduler/core/farm.hpp"

/// One builder for each thing that tests of the core need.
namespace terrace::core::testing {

inline constexpr TimePoint kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

/// A release with the variants x86_64 and x86_64_v3, and a benchmark file for "fast".
FarmConfig a_config();
SourcePackage a_package(const std::string& name);
WorkerHello a_worker(const std::string& name, Level level, const std::string& host);
RpmFile an_rpm(const std::string& name, const std::string& evr_release, const std::string& arch);
/// A report of success; builds of equal `code` are identical.
AttemptReport an_ok_report(const LeaseGrant& lease, char code);

/// How a variant compares in all benchmarks: its ratio, and the spread of pairs' log ratios.
struct Shape {
    double ratio = 2;
    double noise = 0.001;
};
/// The samples depend on the pairs' numbers alone, whoever measures them.
LookReport a_look(const ComparisonOrder& order, int pairs_done, int pairs, const Shape& shape);

/// A farm with a seed and a package set of these packages, which need none of each other, and what
/// its replies bring.
class TestFarm {
public:
    explicit TestFarm(const std::vector<SourcePackage>& packages, FarmConfig config = a_config());
    /// The scheduler of another one starts anew with this configuration.
    TestFarm(const TestFarm& before, FarmConfig config);

    /// What each source package needs of the others; "=name" where it takes code in.
    void resolve(const std::map<std::string, std::vector<std::string>>& needs);
    Result<Reply> apply(const Event& event);
    /// The reply must be of that kind.
    template <class T>
    T get(const Event& event) {
        return std::get<T>(apply(event).value());
    }
    /// As the scheduler does after a crash: all that is not a row is gone.
    void restart();
    WorkerId add_worker(const std::string& name,
                        Level level,
                        const std::string& host,
                        const std::string& vendor = "");
    /// The lease that this worker's slot 0 gets, or nullopt.
    std::optional<LeaseGrant> lease(WorkerId worker);
    Result<Reply> look(const LeaseGrant& lease, LookReport look);
    /// From look to look, as long as the farm asks for more.
    void measure(const LeaseGrant& lease, const Shape& shape);
    /// A comparison that goes well is measured before.
    Result<Reply> report(const LeaseGrant& lease, AttemptReport report);
    const Build& build(const std::string& package, const std::string& variant) const;
    /// The newest of variant against baseline.
    const Comparison& comparison(const std::string& package) const;
    const Snapshot& state() const { return farm_.state(); }
    Farm& farm() { return farm_; }

    TimePoint now = kStart;
    std::vector<Change> changes;  ///< of the last apply() or tick

private:
    FarmConfig config_;
    Farm farm_;
    std::map<WorkerId, std::string> incarnations_;
};

}  // namespace terrace::core::testing

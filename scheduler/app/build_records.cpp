#include "scheduler/app/build_records.hpp"

#include <stdexcept>
#include <utility>

#include "common/wire/json.hpp"

namespace terrace::scheduler {

DatabaseBuildRecords::DatabaseBuildRecords(std::string dsn, std::filesystem::path published)
    : reader_(std::move(dsn), std::move(published)) {}

publish::BuildFacts DatabaseBuildRecords::facts_of(BuildId build) {
    const std::optional<std::string> row = reader_.build_facts(build);
    if (!row) throw std::runtime_error("There is no build " + std::to_string(build.value) + ".");
    Result<publish::BuildFacts> facts = wire::from_text<publish::BuildFacts>(*row);
    if (!facts) {
        throw std::runtime_error("What is known of build " + std::to_string(build.value) +
                                 " cannot be read: " + facts.error().message);
    }
    return std::move(*facts);
}

std::vector<publish::RebuiltRpm> DatabaseBuildRecords::rebuilt_rpms(RebuildId rebuild,
                                                                    const std::string& variant) {
    auto rpms =
        wire::from_text<std::vector<publish::RebuiltRpm>>(reader_.rebuilt_rpms(rebuild, variant));
    if (!rpms)
        throw std::runtime_error("The RPMs of a rebuild cannot be read: " + rpms.error().message);
    return std::move(*rpms);
}

}  // namespace terrace::scheduler

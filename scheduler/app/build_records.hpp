#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "scheduler/publish/build_facts.hpp"
#include "scheduler/store/pg_read.hpp"

namespace terrace::scheduler {

/// What provenance says of builds, from the farm's database. One thread at a time.
class DatabaseBuildRecords final : public publish::BuildRecords {
public:
    DatabaseBuildRecords(std::string dsn, std::filesystem::path published);

    publish::BuildFacts facts_of(BuildId build) override;
    std::vector<publish::RebuiltRpm> rebuilt_rpms(RebuildId rebuild,
                                                  const std::string& variant) override;

private:
    store::PgRead reader_;
};

}  // namespace terrace::scheduler

#pragma once

#include <filesystem>
#include <string>

#include "scheduler/core/config.hpp"
#include "scheduler/http/services.hpp"
#include "scheduler/publish/object_store.hpp"

namespace terrace::scheduler {

/// What is published beside packages, as the API sees it.
class StoredPublications final : public rest::Publications {
public:
    /// `store` and `farm` must outlive it. `url`: where `published` is served.
    StoredPublications(const publish::ObjectStore& store,
                       const core::FarmConfig& farm,
                       std::filesystem::path published,
                       std::string url);

    Result<std::string> client_config(const std::string& release,
                                      const std::string& stream,
                                      const std::string& variant) override;
    Result<std::string> provenance(BuildId build, const std::string& identity) override;
    Result<rest::FilePart> sbom(const std::string& release, ComposeId compose) override;

private:
    const publish::ObjectStore& store_;
    const core::FarmConfig& farm_;
    const std::filesystem::path published_;
    const std::string url_;
};

}  // namespace terrace::scheduler

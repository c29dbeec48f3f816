#include "scheduler/app/publications.hpp"

#include <utility>

#include "common/os/files.hpp"
#include "common/wire/json.hpp"
#include "common/wire/provenance.hpp"
#include "scheduler/publish/client_config.hpp"
#include "scheduler/publish/compose_tree.hpp"
#include "scheduler/publish/provenance_store.hpp"
#include "scheduler/publish/sbom.hpp"

namespace terrace::scheduler {

StoredPublications::StoredPublications(const publish::ObjectStore& store,
                                       const core::FarmConfig& farm,
                                       std::filesystem::path published,
                                       std::string url)
    : store_(store), farm_(farm), published_(std::move(published)), url_(std::move(url)) {}

Result<std::string> StoredPublications::client_config(const std::string& release,
                                                      const std::string& stream,
                                                      const std::string& variant) {
    const auto found = farm_.releases.find(release);
    if (found == farm_.releases.end())
        return Error{Errc::not_found, "There is no release '" + release + "'."};
    Result<std::string> text = publish::client_config(found->second, stream, variant, url_);
    if (!text) return text.error();
    return wire::to_text(
        wire::ClientConfig{publish::client_config_name(release, stream), std::move(*text)});
}

Result<std::string> StoredPublications::provenance(BuildId build, const std::string& identity) {
    const auto note = publish::find_provenance(store_, build);
    if (!note || note->identity != identity || !store_.contains(note->envelope)) {
        return Error{Errc::not_found, "Build " + std::to_string(build.value) +
                                          " has no provenance: none of its packages has been "
                                          "published yet."};
    }
    const auto envelope =
        wire::from_text<wire::DsseEnvelope>(os::read_file(store_.path_of(note->envelope)));
    if (!envelope) {
        return Error{Errc::unavailable, "The provenance of build " + std::to_string(build.value) +
                                            " is damaged: object " + note->envelope.hex +
                                            " cannot be read."};
    }
    wire::BuildProvenance answer{build, note->release, note->envelope, *envelope, ""};
    const auto key = published_ / note->release / publish::kProvenanceKeyName;
    if (std::filesystem::exists(key)) answer.public_key = os::read_file(key);
    return wire::to_text(answer);
}

Result<rest::FilePart> StoredPublications::sbom(const std::string& release, ComposeId compose) {
    const auto file = publish::compose_path(published_ / release, compose) / publish::kSbomName;
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    if (error) {
        return Error{Errc::not_found,
                     "Compose " + std::to_string(compose.value) +
                         " has no SBOM: it is not published yet, or not there any more."};
    }
    return rest::FilePart{file, 0, size};
}

}  // namespace terrace::scheduler

#include "scheduler/publish/provenance_store.hpp"

#include "common/os/files.hpp"
#include "common/wire/json.hpp"
#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::publish {
namespace {

std::filesystem::path path_of(const ObjectStore& store, BuildId build) {
    return store.provenance_directory() / (std::to_string(build.value) + ".json");
}

ProvenanceNote read_note(const std::filesystem::path& file) {
    Result<ProvenanceNote> note = wire::from_text<ProvenanceNote>(os::read_file(file));
    if (note && note->envelope != Digest{}) return std::move(*note);
    throw PublishError(file.string() + " is damaged: publish the build's packages again.");
}

}  // namespace

void note_provenance(const ObjectStore& store, const ProvenanceNote& note) {
    std::filesystem::create_directories(store.provenance_directory());
    const std::string text = wire::to_text(note) + "\n";
    const std::filesystem::path file = path_of(store, note.build);
    if (std::filesystem::exists(file) && os::read_file(file) == text) return;
    os::write_file_atomically(file, text);
}

std::optional<ProvenanceNote> find_provenance(const ObjectStore& store, BuildId build) {
    const std::filesystem::path file = path_of(store, build);
    if (!std::filesystem::exists(file)) return std::nullopt;
    return read_note(file);
}

void each_provenance(const ObjectStore& store,
                     const std::function<void(const ProvenanceNote&)>& visit) {
    if (!std::filesystem::exists(store.provenance_directory())) return;
    for (const auto& entry : std::filesystem::directory_iterator(store.provenance_directory())) {
        if (entry.path().extension() == ".json") visit(read_note(entry.path()));
    }
}

}  // namespace terrace::publish

#include "scheduler/app/adapters.hpp"

#include <utility>

#include "common/wire/json.hpp"
#include "scheduler/ingest/seed.hpp"
#include "scheduler/ingest/srpm_reader.hpp"

namespace terrace::scheduler {
namespace {

store::Page page_of(const rest::Page& page) {
    return {page.after, page.limit};
}

class StoreUpload final : public rest::UploadSink {
public:
    StoreUpload(const publish::ObjectStore& store, const Digest& wanted) : upload_(store, wanted) {}
    Result<void> append(std::string_view bytes) override {
        upload_.append(bytes);
        return {};
    }
    Result<void> finish() override { return upload_.finish(); }

private:
    publish::ObjectStore::Upload upload_;
};

class StorePart final : public rest::UploadSink {
public:
    explicit StorePart(std::unique_ptr<publish::PartialUploads::Part> part)
        : part_(std::move(part)) {}
    Result<void> append(std::string_view bytes) override { return part_->append(bytes); }
    Result<void> finish() override { return part_->finish(); }
    bool is_superfluous() override { return part_->is_superfluous(); }

private:
    std::unique_ptr<publish::PartialUploads::Part> part_;
};

using SourcePackages = std::vector<core::SourcePackage>;

Result<SourcePackages> read_srpms(const publish::ObjectStore& store,
                                  const std::vector<wire::UploadedSrpm>& srpms) {
    std::vector<ingest::SrpmFile> files;
    for (const wire::UploadedSrpm& srpm : srpms) {
        files.push_back({store.path_of(srpm.digest), srpm.filename, srpm.digest});
    }
    return ingest::read_srpms(files);
}

Result<rest::FrozenSeed> freeze(const std::vector<std::string>& urls) {
    Result<ingest::FrozenSeed> seed = ingest::freeze_seed(urls);
    if (!seed) return seed.error();
    return rest::FrozenSeed(std::move(seed->id), std::move(seed->repos));
}

struct EndRow {
    AttemptId id;
    std::optional<TimePoint> ended_at;
    std::optional<Outcome> outcome;
};
BOOST_DESCRIBE_STRUCT(EndRow, (), (id, ended_at, outcome))

}  // namespace

/// A connection for one query: an idle one, or a new one.
class PgReads::Borrowed {
public:
    explicit Borrowed(PgReads& owner) : owner_(owner) {
        const std::lock_guard lock(owner_.mutex_);
        if (owner_.idle_.empty()) {
            reader_ = std::make_unique<store::PgRead>(owner_.dsn_, owner_.published_);
        } else {
            reader_ = std::move(owner_.idle_.back());
            owner_.idle_.pop_back();
        }
    }
    ~Borrowed() {
        const std::lock_guard lock(owner_.mutex_);
        owner_.idle_.push_back(std::move(reader_));
    }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;

    store::PgRead* operator->() { return reader_.get(); }

private:
    PgReads& owner_;
    std::unique_ptr<store::PgRead> reader_;
};

PgReads::PgReads(std::string dsn, std::filesystem::path published, std::string version)
    : dsn_(std::move(dsn)), published_(std::move(published)), version_(std::move(version)) {}

std::string PgReads::status() {
    return Borrowed(*this)->status(version_);
}
std::string PgReads::workers(const rest::Page& page) {
    return Borrowed(*this)->workers(page_of(page));
}
std::optional<std::string> PgReads::worker(const std::string& name) {
    return Borrowed(*this)->worker(name);
}
std::string PgReads::package_sets(const rest::ReleaseFilter& filter) {
    return Borrowed(*this)->package_sets(filter.release, page_of(filter));
}
std::string PgReads::packages(const rest::ReleaseFilter& filter) {
    return Borrowed(*this)->packages(filter.release, page_of(filter));
}
std::string PgReads::seeds(const rest::ReleaseFilter& filter) {
    return Borrowed(*this)->seeds(filter.release, filter.limit);
}
std::string PgReads::rebuilds(const rest::ReleaseFilter& filter) {
    return Borrowed(*this)->rebuilds(filter.release, page_of(filter));
}
std::optional<std::string> PgReads::rebuild(RebuildId id) {
    return Borrowed(*this)->rebuild(id);
}
std::string PgReads::builds(const rest::BuildFilter& filter) {
    const store::BuildFilter wanted{RebuildId{filter.rebuild.value_or(0)}, filter.state,
                                    filter.variant, filter.package};
    return Borrowed(*this)->builds(wanted, page_of(filter));
}
std::optional<std::string> PgReads::build(BuildId id) {
    return Borrowed(*this)->build(id);
}
rest::AttemptEnds PgReads::attempt_ends(const std::vector<AttemptId>& ids) {
    const std::string text = Borrowed(*this)->attempt_ends(ids);
    const auto rows = wire::from_text<std::vector<EndRow>>(text);
    if (!rows)
        throw std::runtime_error("The ends of attempts cannot be read: " + rows.error().message);
    rest::AttemptEnds ends;
    for (const EndRow& row : *rows) {
        std::optional<rest::AttemptEnd>& end = ends[row.id];
        if (row.ended_at && row.outcome) end = rest::AttemptEnd{*row.ended_at, *row.outcome};
    }
    return ends;
}
std::optional<std::string> PgReads::build_audit(BuildId id) {
    return Borrowed(*this)->build_audit(id);
}
std::optional<std::string> PgReads::buildroot(const std::string& id) {
    return Borrowed(*this)->buildroot(id);
}

std::string PgReads::comparisons(const rest::ComparisonFilter& filter) {
    return Borrowed(*this)->comparisons(RebuildId{filter.rebuild.value_or(0)}, filter.kind,
                                        page_of(filter));
}
std::optional<std::string> PgReads::comparison(ComparisonId id) {
    return Borrowed(*this)->comparison(id);
}
std::optional<std::string> PgReads::gate_costs(RebuildId rebuild) {
    return Borrowed(*this)->gate_costs(rebuild);
}
std::string PgReads::self_comparisons(const std::string& release) {
    return Borrowed(*this)->self_comparisons(release);
}
std::string PgReads::composes(const rest::ComposeFilter& filter) {
    return Borrowed(*this)->composes(filter.release, filter.stream, page_of(filter));
}
std::optional<std::string> PgReads::compose(ComposeId id) {
    return Borrowed(*this)->compose(id);
}
std::optional<std::string> PgReads::compose_diff(ComposeId before, ComposeId after) {
    return Borrowed(*this)->compose_diff(before, after);
}
std::string PgReads::stream_moves(const rest::ComposeFilter& filter) {
    return Borrowed(*this)->stream_moves(filter.release, filter.stream, page_of(filter));
}
std::optional<std::string> PgReads::stream_move(StreamMoveId id) {
    return Borrowed(*this)->stream_move(id);
}
std::string PgReads::streams(const rest::ReleaseFilter& filter) {
    return Borrowed(*this)->streams(filter.release);
}

std::optional<std::uint64_t> StoredObjects::size_of(const Digest& digest) {
    return store_.claim(digest);
}
std::filesystem::path StoredObjects::path_of(const Digest& digest) {
    return store_.path_of(digest);
}
std::unique_ptr<rest::UploadSink> StoredObjects::open_upload(const Digest& digest) {
    return std::make_unique<StoreUpload>(store_, digest);
}
std::uint64_t StoredObjects::bytes_held(const Digest& digest, AttemptId attempt) {
    return partial_.bytes_held(digest, attempt);
}
Result<std::unique_ptr<rest::UploadSink>> StoredObjects::resume_upload(const Digest& digest,
                                                                       AttemptId attempt,
                                                                       std::uint64_t offset) {
    auto part = partial_.resume(digest, attempt, offset);
    if (!part) return part.error();
    return std::unique_ptr<rest::UploadSink>(std::make_unique<StorePart>(std::move(*part)));
}
std::vector<AttemptId> StoredObjects::attempts_uploading() {
    return partial_.attempts();
}
void StoredObjects::drop_uploads(AttemptId attempt) {
    partial_.drop(attempt);
}

rest::Intake make_intake(const publish::ObjectStore& store) {
    rest::Intake intake;
    intake.read_srpms = [&store](const std::vector<wire::UploadedSrpm>& srpms) {
        return read_srpms(store, srpms);
    };
    intake.freeze = freeze;
    return intake;
}

}  // namespace terrace::scheduler

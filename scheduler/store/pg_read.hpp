#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/vocab/id.hpp"
#include "scheduler/store/pqxx_compat.hpp"

namespace terrace::store {

/// Which part of a list: `limit` rows (10,000 at most, whatever is asked) after this id.
struct Page {
    std::int64_t after = 0;
    std::int64_t limit = 1000;
};

/// What is empty or 0 does not filter.
struct BuildFilter {
    RebuildId rebuild;
    std::string state;
    std::string variant;
    std::string package;
};

/// The read-only queries of the REST API (docs/api.md, "Reading"), each in one short transaction:
/// the text is the JSON that PostgreSQL made. nullopt: no such thing. An empty `release` or
/// `stream` does not filter.
///
/// One connection, used by one thread at a time; a lost one is made anew, once a query. Throws
/// engine::StoreError, for instance after ten seconds.
class PgRead {
public:
    /// `published`: the directory below which composes and streams are, for their `path`.
    PgRead(std::string dsn, std::filesystem::path published);

    std::string status(const std::string& version);
    std::string workers(Page page);
    std::optional<std::string> worker(const std::string& name);
    std::string package_sets(const std::string& release, Page page);
    /// The source packages of the release's newest package set.
    std::string packages(const std::string& release, Page page);
    /// Newest last. Seeds have no number, so `after` does not apply.
    std::string seeds(const std::string& release, std::int64_t limit);
    std::string rebuilds(const std::string& release, Page page);
    std::optional<std::string> rebuild(RebuildId id);
    std::string builds(const BuildFilter& filter, Page page);
    std::optional<std::string> build(BuildId id);
    /// `id`, `ended_at` and `outcome` of those of the attempts that there are, in no order; null of
    /// those that still run.
    std::string attempt_ends(const std::vector<AttemptId>& ids);
    /// By the digest of its packages.
    /// Of the build whose RPMs it has.
    std::optional<std::string> build_audit(BuildId id);
    std::optional<std::string> buildroot(const std::string& id);
    /// How a build was made, and its rebuild's RPMs for one variant: for provenance.
    std::optional<std::string> build_facts(BuildId id);
    std::string rebuilt_rpms(RebuildId rebuild, const std::string& variant);
    /// `kind`: "ab" or "aa".
    std::string comparisons(RebuildId rebuild, const std::string& kind, Page page);
    std::optional<std::string> comparison(ComparisonId id);
    /// A core::ComparedRebuild.
    std::optional<std::string> gate_costs(RebuildId rebuild);
    /// An array of core::SelfComparison.
    std::string self_comparisons(const std::string& release);
    std::string composes(const std::string& release, const std::string& stream, Page page);
    std::optional<std::string> compose(ComposeId id);
    /// What differs; nullopt if one of them is none.
    std::optional<std::string> compose_diff(ComposeId before, ComposeId after);
    std::string streams(const std::string& release);
    std::string stream_moves(const std::string& release, const std::string& stream, Page page);
    std::optional<std::string> stream_move(StreamMoveId id);

private:
    /// The first column of the first row.
    template <class... Parameters>
    std::optional<std::string> query(const std::string& sql, const Parameters&... parameters);
    /// The rows of `sql` as one JSON array.
    template <class... Parameters>
    std::string list(const std::string& sql, const Parameters&... parameters);
    /// The only row of `sql` as a JSON object.
    template <class... Parameters>
    std::optional<std::string> object(const std::string& sql, const Parameters&... parameters);

    std::string dsn_;
    std::string published_;
    std::unique_ptr<pqxx::connection> connection_;
};

}  // namespace terrace::store

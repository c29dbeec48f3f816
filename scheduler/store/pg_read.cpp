#include "scheduler/store/pg_read.hpp"

#include <algorithm>
#include <utility>

#include "scheduler/engine/ports.hpp"
#include "scheduler/store/connection.hpp"
#include "scheduler/store/read_sql.hpp"

namespace terrace::store {
namespace {

constexpr int kTimeoutSeconds = 10;
constexpr std::int64_t kLimitMax = 10'000;

std::int64_t limit_of(std::int64_t asked) {
    return std::clamp<std::int64_t>(asked, 1, kLimitMax);
}

}  // namespace

PgRead::PgRead(std::string dsn, std::filesystem::path published)
    : dsn_(std::move(dsn)), published_(std::move(published)) {}

template <class... Parameters>
std::optional<std::string> PgRead::query(const std::string& sql, const Parameters&... parameters) {
    for (;;) {
        const bool fresh = connection_ == nullptr;
        try {
            if (fresh) connection_ = connect(dsn_);
            pqxx::work tx(*connection_, "read");
            begin(tx, kTimeoutSeconds, "read only");
            const pqxx::result rows = compat::exec(tx, sql, parameters...);
            if (rows.empty()) return std::nullopt;
            return rows[0][0].template as<std::string>();
        } catch (const pqxx::broken_connection& e) {
            // The server may have been started anew since the last query: once more, on a new
            // connection.
            connection_.reset();
            if (fresh) throw engine::StoreError(e.what());
        } catch (const std::exception& e) {
            connection_.reset();
            throw engine::StoreError(e.what());
        }
    }
}

template <class... Parameters>
std::string PgRead::list(const std::string& sql, const Parameters&... parameters) {
    return query("select coalesce(json_agg(q), '[]')::text from (" + sql + ") q", parameters...)
        .value();
}

template <class... Parameters>
std::optional<std::string> PgRead::object(const std::string& sql, const Parameters&... parameters) {
    return query("select row_to_json(q)::text from (" + sql + ") q", parameters...);
}

std::string PgRead::status(const std::string& version) {
    return object(sql::status(), version).value();
}

std::string PgRead::workers(Page page) {
    return list(sql::workers(), page.after, limit_of(page.limit));
}

std::optional<std::string> PgRead::worker(const std::string& name) {
    return object(sql::worker(), name);
}

std::string PgRead::package_sets(const std::string& release, Page page) {
    return list(sql::package_sets(), release, page.after, limit_of(page.limit));
}

std::string PgRead::packages(const std::string& release, Page page) {
    return list(sql::packages(), release, page.after, limit_of(page.limit));
}

std::string PgRead::seeds(const std::string& release, std::int64_t limit) {
    return list(sql::seeds(), release, limit_of(limit));
}

std::string PgRead::rebuilds(const std::string& release, Page page) {
    return list(sql::rebuilds(), release, page.after, limit_of(page.limit));
}

std::optional<std::string> PgRead::rebuild(RebuildId id) {
    return object(sql::rebuild(), id.value);
}

std::string PgRead::builds(const BuildFilter& filter, Page page) {
    return list(sql::builds(), filter.rebuild.value, filter.state, filter.variant, filter.package,
                page.after, limit_of(page.limit));
}

std::optional<std::string> PgRead::build(BuildId id) {
    return object(sql::build(), id.value);
}

std::string PgRead::attempt_ends(const std::vector<AttemptId>& ids) {
    std::string array = "{";
    for (const AttemptId id : ids)
        array += (array.size() == 1 ? "" : ",") + std::to_string(id.value);
    return list(sql::attempt_ends(), array + "}");
}

std::optional<std::string> PgRead::build_audit(BuildId id) {
    return object(sql::build_audit(), id.value);
}

std::optional<std::string> PgRead::buildroot(const std::string& id) {
    return object(sql::buildroot(), id);
}

std::optional<std::string> PgRead::build_facts(BuildId id) {
    return object(sql::build_facts(), id.value);
}

std::string PgRead::rebuilt_rpms(RebuildId rebuild, const std::string& variant) {
    return list(sql::rebuilt_rpms(), rebuild.value, variant);
}

std::string PgRead::comparisons(RebuildId rebuild, const std::string& kind, Page page) {
    return list(sql::comparisons(), rebuild.value, kind, page.after, limit_of(page.limit));
}

std::optional<std::string> PgRead::comparison(ComparisonId id) {
    return object(sql::comparison(), id.value);
}

std::optional<std::string> PgRead::gate_costs(RebuildId rebuild) {
    return object(sql::gate_costs(), rebuild.value);
}

std::string PgRead::self_comparisons(const std::string& release) {
    return list(sql::self_comparisons(), release);
}

std::string PgRead::composes(const std::string& release, const std::string& stream, Page page) {
    return list(sql::composes(), published_, release, stream, page.after, limit_of(page.limit));
}

std::optional<std::string> PgRead::compose(ComposeId id) {
    return object(sql::compose(), published_, id.value);
}

std::optional<std::string> PgRead::compose_diff(ComposeId before, ComposeId after) {
    return object(sql::compose_diff(), before.value, after.value);
}

std::string PgRead::stream_moves(const std::string& release, const std::string& stream, Page page) {
    return list(sql::stream_moves(), release, stream, page.after, limit_of(page.limit));
}

std::optional<std::string> PgRead::stream_move(StreamMoveId id) {
    return object(sql::stream_move(), id.value);
}

std::string PgRead::streams(const std::string& release) {
    return list(sql::streams(), published_, release);
}

}  // namespace terrace::store

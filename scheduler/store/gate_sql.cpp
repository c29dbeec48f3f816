// What the gate's reports read.
#include "scheduler/store/read_sql.hpp"

namespace terrace::store::sql {
namespace {

/// SideCost of a build; `b` is a row of that table. A reused build's figures are those of the one
/// that made its packages.
std::string side_of(const std::string& b) {
    const std::string origin = "coalesce(" + b + ".reused_from, " + b + ".id)";
    const auto bytes = [&](const std::string& debug) {
        return "(select coalesce(sum(m.size), 0) from build_rpm m where m.build = " + origin +
               " and " + debug + " and m.nevra->>'arch' not in ('src', 'noarch'))";
    };
    return "(select json_build_object('build', " + b + ".id, 'built', " + b +
           ".state = 'succeeded', 'reused', " + b + ".reused_from is not null, 'bytes', " +
           bytes("not m.debug") + ", 'debug_bytes', " + bytes("m.debug") +
           ", 'cpu_ms', sum(t.cpu_ms) filter (where t.cpu_ms > 0), "
           "'attempts_without_cpu', count(*) filter (where t.cpu_ms = 0)) "
           "from attempt t where t.build = " +
           origin + ")";
}

/// MeasuringCost of a comparison, a row c.
std::string measuring() {
    return R"((select json_build_object('attempts', count(*),
                'held_ms', coalesce(sum(extract(epoch from t.ended_at - t.started_at) * 1000), 0)::bigint,
                'cpu_ms', (select coalesce(sum(s.user_us + s.system_us) / 1000, 0)::bigint
                             from comparison_sample s where s.comparison = c.id))
           from attempt t where t.comparison = c.id))";
}

}  // namespace

/// core::ComparedRebuild. The packages of its compose are looked up once, not for each row.
std::string gate_costs() {
    return R"(select r.id, r.release, r.state, r.created_at, r.finished_at,
        (select k.id from compose k where k.rebuild = r.id and k.state = 'finished') as compose,
        (select coalesce(json_agg(x order by x.id), '[]') from (
            select c.id, p.name as package, c.variant,
                case when exists (select from lease l where l.comparison = c.id) then 'leased' else c.state end as state,
                c.verdict, c.reason, c.results, c.cpu, c.inherited_from, c.promoted,
                coalesce(v.reused_from, v.id) <> coalesce(b.reused_from, b.id) and coalesce(v.reused_from, v.id) in (
                    select m.build from compose_package m join compose k on k.id = m.compose
                     where k.rebuild = $1 and k.state = 'finished') as composed, )" +
           side_of("b") + " as of_baseline, " + side_of("v") + " as of_variant, " + measuring() +
           R"( as measuring
            from comparison c
            join source_package p on p.id = c.source_package
            join build b on b.id = c.baseline_build
            join build v on v.id = c.variant_build
            where c.rebuild = $1 and c.kind = 'ab') x) as comparisons
        from rebuild r where r.id = $1)";
}

/// core::SelfComparison, of the release $1 or of all.
std::string self_comparisons() {
    return R"(select c.state, c.verdict, c.results from comparison c join rebuild r on r.id = c.rebuild
        where c.kind = 'aa' and ($1 = '' or r.release = $1) order by c.id)";
}

}  // namespace terrace::store::sql

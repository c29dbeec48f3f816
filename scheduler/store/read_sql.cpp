#include "scheduler/store/read_sql.hpp"

#include "common/wire/json.hpp"
#include "scheduler/core/state.hpp"

namespace terrace::store::sql {
namespace {

// Each of these takes its rows from a subselect, already filtered and cut, so that what it looks up
// for a row is looked up for the rows of the answer only.

/// `leased` is said by the lease alone (docs/decisions/0007). `what`: build or comparison; `row`:
/// of that table.
std::string state_of(const std::string& what, const std::string& row) {
    return "case when exists (select from lease l where l." + what + " = " + row +
           ".id) then 'leased' else " + row + ".state end";
}

/// How many of a rebuild's builds or comparisons are in each state.
std::string counts_of(const std::string& what, const std::string& of_them = "true") {
    return "(select coalesce(json_object_agg(s.state, s.count), '{}') from (select " +
           state_of(what, "t") + " as state, count(*) from " + what +
           " t where t.rebuild = r.id and " + of_them + " group by 1) s)";
}

/// The rows of table attempt, and those that still run as they would be there: from their leases.
std::string attempts() {
    return "(select id, build, worker, number, wall_ms, to_jsonb(a) as row from attempt a "
           "union all select attempt, build, worker, number, 0, '" +
           wire::to_text(core::Attempt{}) +
           "'::jsonb || jsonb_build_object('id', attempt, 'build', build, 'comparison', "
           "comparison, "
           "'worker', worker, 'slot', slot, 'number', number, 'fence', fence, "
           "'started_at', granted_at) from lease)";
}

/// A worker without a row of worker_health is enabled, and has failed nothing.
std::string worker_rows(const std::string& selected) {
    return R"(select r.id, r.name, r.level, r.hello, r.registered_at, r.seen_at,
        (select count(*) from lease l where l.worker = r.id) as running,
        coalesce(h.admission, 'enabled') as admission, h.since, coalesce(h.reason, '') as reason,
        coalesce(h.by_farm, false) as by_farm, h.probe_at, h.probe,
        coalesce(h.probes_passed, 0) as probes_passed, coalesce(h.run, '[]') as evidence
        from ()" +
           selected + ") r left join worker_health h on h.worker = r.id order by r.id";
}

std::string rebuild_rows(const std::string& selected) {
    return "select r.*, " + counts_of("build") + " as builds, " +
           counts_of("comparison", "t.kind = 'ab'") +
           R"( as comparisons, (select c.id from compose c where c.rebuild = r.id) as compose
        from ()" +
           selected + R"() r order by r.id)";
}

/// The newest attempt is that of the build whose RPMs these are. `more`: further columns.
std::string build_rows(const std::string& selected, const std::string& more = "") {
    return "select r.id, r.rebuild, p.name as package, r.variant, " + state_of("build", "r") +
           R"( as state, r.outcome, r.evidence,
        coalesce((select l.number from lease l where l.build = r.id), r.attempts) as attempts,
        r.reused_from, a.id as attempt, w.name as worker, a.wall_ms, r.finished_at)" +
           more + " from (" + selected + R"() r
        join source_package p on p.id = r.source_package
        left join lateral (select t.id, t.worker, t.wall_ms from )" +
           attempts() + R"( t where t.build = coalesce(r.reused_from, r.id)
                            order by t.number desc limit 1) a on true
        left join worker w on w.id = a.worker
        order by r.id)";
}

/// Each side's time is that of its build's newest attempt that ended, and its bytes are those of
/// the packages without debug; both of the reused build where there is one.
std::string comparison_rows(const std::string& selected, const std::string& more = "") {
    return "select r.id, r.rebuild, p.name as package, r.variant, r.kind, r.vendor, " +
           state_of("comparison", "r") +
           R"( as state, r.verdict, r.reason, r.results,
        r.cpu, r.p, r.p_adjusted, r.inherited_from, r.promoted, r.baseline_build, r.variant_build, ba.wall_ms as baseline_wall_ms,
        va.wall_ms as variant_wall_ms, bs.bytes as baseline_bytes, vs.bytes as variant_bytes,
        r.decided_at)" +
           more + " from (" + selected + R"() r
        join source_package p on p.id = r.source_package
        join build b on b.id = r.baseline_build
        join build v on v.id = r.variant_build
        left join lateral (select t.wall_ms from attempt t where t.build = coalesce(b.reused_from, b.id)
                            order by t.number desc limit 1) ba on true
        left join lateral (select t.wall_ms from attempt t where t.build = coalesce(v.reused_from, v.id)
                            order by t.number desc limit 1) va on true
        cross join lateral (select coalesce(sum(m.size), 0)::bigint as bytes from build_rpm m
                             where m.build = coalesce(b.reused_from, b.id) and not m.debug
                               and m.nevra->>'arch' <> 'src') bs
        cross join lateral (select coalesce(sum(m.size), 0)::bigint as bytes from build_rpm m
                             where m.build = coalesce(v.reused_from, v.id) and not m.debug
                               and m.nevra->>'arch' <> 'src') vs
        order by r.id)";
}

std::string compose_rows(const std::string& selected, const std::string& more = "") {
    return R"(select r.*, (select count(*) from compose_package m where m.compose = r.id) as packages,
        case when r.removed_at is null then $1::text || '/' || r.release || '/composes/' || r.id end as path)" +
           more + " from (" + selected + ") r order by r.id";
}

}  // namespace

std::string status() {
    return R"(select $1::text as version,
        (select count(*) from worker) as workers,
        (select count(*) from rebuild where state in ('running', 'composing')) as rebuilds_running,
        (select count(*) from build b where state = 'ready'
            and not exists (select from lease l where l.build = b.id) and rebuild in (select id from rebuild where state = 'running')) as builds_ready,
        (select count(*) from lease where build is not null) as builds_leased,
        'ok' as database)";
}

std::string workers() {
    return worker_rows("select * from worker where id > $1 order by id limit $2");
}

std::string worker() {
    return "select r.*, (select coalesce(json_agg(x), '[]') from ("
           R"(select l.attempt, l.slot, l.build, l.comparison, p.name as package,
                coalesce(b.variant, c.variant) as variant, l.granted_at, l.expires_at
                from lease l
                left join build b on b.id = l.build
                left join comparison c on c.id = l.comparison
                join source_package p on p.id = coalesce(b.source_package, c.source_package)
                where l.worker = r.id order by l.slot) x) as leases from ()" +
           worker_rows("select * from worker where name = $1") + ") r";
}

std::string package_sets() {
    return R"(select r.*, (select count(*) from source_package p where p.package_set = r.id) as packages
        from (select * from package_set where ($1 = '' or release = $1) and id > $2 order by id limit $3) r
        order by r.id)";
}

std::string packages() {
    return R"(select p.* from source_package p
        where p.package_set = (select max(s.id) from package_set s where s.release = $1) and p.id > $2
        order by p.id limit $3)";
}

std::string seeds() {
    return R"(select r.* from (select * from seed where $1 = '' or release = $1
        order by added_at desc, id desc limit $2) r order by r.added_at, r.id)";
}

std::string rebuilds() {
    return rebuild_rows(
        "select * from rebuild where ($1 = '' or release = $1) and id > $2 order by id limit $3");
}

std::string rebuild() {
    return rebuild_rows("select * from rebuild where id = $1");
}

std::string builds() {
    return build_rows(
        "select b.* from build b join source_package s on s.id = b.source_package "
        "where ($1::bigint = 0 or b.rebuild = $1) and ($2 = '' or " +
        state_of("build", "b") + R"( = $2)
        and ($3 = '' or b.variant = $3) and ($4 = '' or s.name = $4) and b.id > $5
        order by b.id limit $6)");
}

std::string build() {
    return build_rows(
        "select * from build where id = $1",
        R"(, r.identity, r.dist, r.level_used, r.audit_findings, r.from_seed, r.ready_at,
        (select coalesce(json_agg(t.row || jsonb_build_object('worker', h.name, 'buildroot_packages',
                (select jsonb_array_length(l.packages) from buildroot l where l.id = t.row->>'buildroot')) order by t.number),
                         '[]')
           from )" +
            attempts() + R"( t join worker h on h.id = t.worker
          where t.build = coalesce(r.reused_from, r.id)) as attempt_list,
        (select coalesce(json_agg(m order by m.filename), '[]') from build_rpm m
          where m.build = coalesce(r.reused_from, r.id)) as rpms)");
}

std::string attempt_ends() {
    return "select id, ended_at, outcome from attempt where id = any($1::bigint[]) union all "
           "select attempt, null, null from lease where attempt = any($1::bigint[])";
}

std::string build_audit() {
    return "select a.* from build b join build_audit a on a.build = coalesce(b.reused_from, b.id) "
           "where b.id = $1";
}

std::string buildroot() {
    return "select * from buildroot where id = $1";
}

std::string build_facts() {
    return R"(select b.id, b.rebuild, r.release, p.name as package, b.variant, b.identity, b.dist, r.mode,
        p.srpm_name, p.srpm_digest, r.seed, s.repos as seed_repos, a.id as attempt, a.started_at, a.ended_at,
        coalesce(w.hello, '{}') as host, coalesce(l.packages, '[]') as buildroot
        from build b
        join source_package p on p.id = b.source_package
        join rebuild r on r.id = b.rebuild
        join seed s on s.id = r.seed
        left join lateral (select * from attempt t where t.build = b.id and t.outcome = 'ok'
                            order by t.number desc limit 1) a on true
        left join buildroot l on l.id = a.buildroot
        left join worker w on w.id = a.worker
        where b.id = $1)";
}

std::string rebuilt_rpms() {
    return R"(select m.filename, m.digest from build b
        join build_rpm m on m.build = coalesce(b.reused_from, b.id)
        where b.rebuild = $1 and b.variant = $2 and b.state = 'succeeded' order by m.filename)";
}

std::string comparisons() {
    return comparison_rows(
        R"(select * from comparison where ($1::bigint = 0 or rebuild = $1) and kind = $2 and id > $3
        order by id limit $4)");
}

std::string comparison() {
    return comparison_rows("select * from comparison where id = $1", R"(,
        (select coalesce(json_agg(m order by m.attempt, m.benchmark, m.pair, m.variant), '[]')
           from comparison_sample m where m.comparison = r.id) as samples,
        (select coalesce(json_agg(k order by k.attempt, k.pairs), '[]')
           from comparison_look k where k.comparison = r.id) as looks)");
}

std::string composes() {
    return compose_rows(R"(select * from compose where ($2 = '' or release = $2)
        and ($3 = '' or stream = $3) and id > $4 order by id limit $5)");
}

std::string compose() {
    return compose_rows("select * from compose where id = $2", R"(,
        (select coalesce(json_agg(m order by m.repo, m.filename), '[]') from compose_package m
          where m.compose = r.id) as package_list)");
}

/// Of a name and architecture in a repo: what each of two composes has. Only what differs.
std::string compose_diff() {
    const auto evr = [](const std::string& nevra) {
        return "case when (" + nevra + "->>'epoch')::int > 0 then (" + nevra +
               "->>'epoch') || ':' else '' end || (" + nevra + "->>'version') || '-' || (" + nevra +
               "->>'release')";
    };
    return R"(select $1::bigint as before, $2::bigint as after,
        (select coalesce(json_agg(x order by x.repo, x.name, x.arch), '[]') from (
            select coalesce(a.repo, b.repo) as repo, coalesce(a.source, b.source) as source,
                coalesce(a.nevra, b.nevra)->>'name' as name, coalesce(a.nevra, b.nevra)->>'arch' as arch,
                )" +
           evr("b.nevra") + " as before, " + evr("a.nevra") + R"( as after
            from (select * from compose_package where compose = $1) b
            full join (select * from compose_package where compose = $2) a
              on a.repo = b.repo and a.nevra->>'name' = b.nevra->>'name' and a.nevra->>'arch' = b.nevra->>'arch'
            where a.digest is distinct from b.digest) x) as packages
        where exists (select from compose where id = $1) and exists (select from compose where id = $2))";
}

std::string stream_moves() {
    return R"(select * from stream_move where ($1 = '' or release = $1) and ($2 = '' or stream = $2)
        and id > $3 order by id limit $4)";
}

std::string stream_move() {
    return "select * from stream_move where id = $1";
}

std::string streams() {
    return R"(select r.*, $1::text || '/' || r.release || '/streams/' || r.name as path
        from stream r where $2 = '' or r.release = $2 order by r.release, r.name)";
}

}  // namespace terrace::store::sql

-- The farm's tables: a table for each row of scheduler/core/state.hpp, a column for each member, and the
-- invariants of the core once more, as constraints.

create table scheduler_epoch (
    only_row boolean primary key default true check (only_row),
    epoch    bigint not null
);
insert into scheduler_epoch (epoch) values (0);

create table package_set (
    id          bigint primary key,
    release     text not null,
    imported_at timestamptz not null
);

create table source_package (
    id                     bigint primary key,
    package_set            bigint not null references package_set,
    name                   text not null,
    epoch                  integer not null,
    version                text not null,
    release                text not null,
    srpm_name              text not null,
    srpm_digest            text not null check (srpm_digest ~ '^[0-9a-f]{64}$'),
    srpm_size              bigint not null check (srpm_size > 0),
    build_requires         jsonb not null,
    exclusive_arch         jsonb not null,
    exclude_arch           jsonb not null,
    noarch                 boolean not null,
    dynamic_build_requires boolean not null,
    unique (package_set, name)
);

create table seed (
    id       text primary key check (id ~ '^[0-9a-f]{64}$'),
    release  text not null,
    repos    jsonb not null,
    added_at timestamptz not null
);

create table worker (
    id            bigint primary key,
    name          text not null unique,
    hello         jsonb not null,
    level         text not null check (level in ('none', 'x86_64', 'x86_64_v2', 'x86_64_v3', 'x86_64_v4')),
    registered_at timestamptz not null,
    seen_at       timestamptz not null
);

create table rebuild (
    id          bigint primary key,
    release     text not null,
    package_set bigint not null references package_set,
    seed        text not null references seed,
    mode        text not null check (mode in ('flat', 'ordered')),
    priority    integer not null,
    stream      text not null,
    variants    jsonb not null,
    counter     bigint not null,
    state       text not null check (state in ('running', 'composing', 'finished', 'failed', 'cancelled')),
    created_at  timestamptz not null,
    finished_at timestamptz,
    unique (release, counter),
    check ((finished_at is not null) = (state in ('finished', 'failed', 'cancelled')))
);

create table build (
    id             bigint primary key,
    rebuild        bigint not null references rebuild,
    source_package bigint not null references source_package,
    variant        text not null,
    identity       text not null,
    dist           text not null,
    state          text not null check (state in ('blocked', 'ready', 'leased', 'succeeded', 'failed', 'cancelled')),
    attempts       integer not null check (attempts >= 0),
    infra_failures integer not null check (infra_failures >= 0),
    not_before     timestamptz not null,
    avoid          bigint references worker,
    outcome        text,
    evidence       text not null,
    reused_from    bigint references build,
    code_identity  text not null,
    level_used     text not null check (level_used in ('none', 'x86_64', 'x86_64_v2', 'x86_64_v3', 'x86_64_v4')),
    audit_findings jsonb not null,
    finished_at    timestamptz,
    unique (rebuild, source_package, variant),
    check (reused_from is null or state = 'succeeded'),
    check ((finished_at is not null) = (state in ('succeeded', 'failed', 'cancelled')))
);
create index build_identity on build (identity) where state = 'succeeded';
create index build_open on build (state) where state in ('blocked', 'ready', 'leased');

create table build_rpm (
    build    bigint not null references build,
    filename text not null,
    nevra    jsonb not null,
    digest   text not null check (digest ~ '^[0-9a-f]{64}$'),
    size     bigint not null check (size > 0),
    debug    boolean not null,
    primary key (build, filename)
);

create table comparison (
    id             bigint primary key,
    rebuild        bigint not null references rebuild,
    source_package bigint not null references source_package,
    variant        text not null,
    baseline_build bigint not null references build,
    variant_build  bigint not null references build,
    state          text not null check (state in ('waiting', 'ready', 'leased', 'decided', 'cancelled')),
    attempts       integer not null check (attempts >= 0),
    infra_failures integer not null check (infra_failures >= 0),
    not_before     timestamptz not null,
    verdict        text check (verdict in ('promote', 'equivalent', 'regress', 'identical', 'hold', 'unstable',
                                           'no_benchmark')),
    reason         text not null,
    results        jsonb not null,
    promoted       boolean not null,
    decided_at     timestamptz,
    unique (rebuild, source_package, variant),
    check ((verdict is not null) = (state = 'decided')),
    check ((decided_at is not null) = (state = 'decided')),
    check (not promoted or state = 'decided')
);

create table attempt (
    id                bigint primary key,
    build             bigint references build,
    comparison        bigint references comparison,
    worker            bigint not null references worker,
    slot              integer not null,
    number            integer not null,
    fence             bigint not null unique,
    started_at        timestamptz not null,
    ended_at          timestamptz,
    outcome           text check (outcome in ('ok', 'build_failed', 'check_failed', 'uninstallable', 'bad_srpm', 'timeout',
                                              'stalled', 'oom', 'disk_full', 'isa_mismatch', 'infra_aborted', 'cancelled')),
    evidence          text not null,
    exit_code         integer not null,
    wall_ms           bigint not null,
    cpu_ms            bigint not null,
    memory_peak_bytes bigint not null,
    check (num_nonnulls(build, comparison) = 1),
    check ((ended_at is null) = (outcome is null)),
    unique (build, number),
    unique (comparison, number)
);

-- One live lease per build or comparison, and one per slot.
create table lease (
    attempt     bigint primary key references attempt,
    build       bigint unique references build,
    comparison  bigint unique references comparison,
    worker      bigint not null references worker,
    slot        integer not null,
    incarnation text not null,
    fence       bigint not null,
    granted_at  timestamptz not null,
    expires_at  timestamptz not null,
    check (num_nonnulls(build, comparison) = 1),
    unique (worker, slot)
);

create table comparison_sample (
    attempt           bigint not null references attempt,
    benchmark         text not null,
    pair              integer not null,
    variant           boolean not null,
    wall_us           bigint not null check (wall_us >= 0),
    user_us           bigint not null check (user_us >= 0),
    system_us         bigint not null check (system_us >= 0),
    memory_peak_bytes bigint not null,
    primary key (attempt, benchmark, pair, variant)
);

create table compose (
    id          bigint primary key,
    release     text not null,
    rebuild     bigint not null unique references rebuild,
    stream      text not null,
    base        bigint references compose,
    state       text not null check (state in ('pending', 'finished', 'failed')),
    failures    integer not null,
    not_before  timestamptz not null,
    error       text not null,
    created_at  timestamptz not null,
    finished_at timestamptz,
    check ((finished_at is not null) = (state in ('finished', 'failed')))
);
create unique index compose_one_pending on compose (release, stream) where state = 'pending';

create table compose_package (
    compose  bigint not null references compose,
    repo     text not null,
    source   text not null,
    build    bigint not null references build,
    filename text not null,
    nevra    jsonb not null,
    digest   text not null check (digest ~ '^[0-9a-f]{64}$'),
    size     bigint not null,
    debug    boolean not null,
    primary key (compose, repo, filename)
);

create table stream (
    release text not null,
    name    text not null,
    compose bigint not null references compose,
    primary key (release, name)
);

-- A final state never changes: a retry is a new build in a new rebuild.
create function refuse_change_of_final_state() returns trigger language plpgsql as $$
begin
    if old.state = any (tg_argv[0]::text[]) and new.state <> old.state then
        raise exception '% % is %: a final state never changes', tg_table_name, old.id, old.state
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;
create trigger final_state before update on rebuild for each row
    execute function refuse_change_of_final_state('{finished,failed,cancelled}');
create trigger final_state before update on build for each row
    execute function refuse_change_of_final_state('{succeeded,failed,cancelled}');
create trigger final_state before update on comparison for each row
    execute function refuse_change_of_final_state('{decided,cancelled}');
create trigger final_state before update on compose for each row
    execute function refuse_change_of_final_state('{finished,failed}');

-- At the end of a transaction: a leased build or comparison has a live lease, and nothing else has one.
create function check_lease_of_build() returns trigger language plpgsql as $$
begin
    if exists (select from build b where b.id = new.id and
               (b.state = 'leased') <> exists (select from lease l where l.build = b.id)) then
        raise exception 'build %: its state and its lease disagree', new.id
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;
create constraint trigger lease_matches after insert or update on build deferrable initially deferred
    for each row execute function check_lease_of_build();

create function check_lease_of_comparison() returns trigger language plpgsql as $$
begin
    if exists (select from comparison c where c.id = new.id and
               (c.state = 'leased') <> exists (select from lease l where l.comparison = c.id)) then
        raise exception 'comparison %: its state and its lease disagree', new.id
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;
create constraint trigger lease_matches after insert or update on comparison deferrable initially deferred
    for each row execute function check_lease_of_comparison();

create function check_target_of_lease() returns trigger language plpgsql as $$
declare
    of lease := coalesce(new, old);
begin
    if exists (select from build b where b.id = of.build and
               (b.state = 'leased') <> exists (select from lease l where l.build = b.id))
       or exists (select from comparison c where c.id = of.comparison and
               (c.state = 'leased') <> exists (select from lease l where l.comparison = c.id)) then
        raise exception 'lease of attempt %: it and the state of what it leases disagree', of.attempt
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;
create constraint trigger target_matches after insert or delete on lease deferrable initially deferred
    for each row execute function check_target_of_lease();

-- A stream points to a finished compose.
create function check_stream_target() returns trigger language plpgsql as $$
begin
    if not exists (select from compose c where c.id = new.compose and c.state = 'finished') then
        raise exception 'stream % of % would point to compose %, which is not finished', new.name, new.release, new.compose
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;
create constraint trigger target_finished after insert or update on stream deferrable initially deferred
    for each row execute function check_stream_target();

-- Dependencies between source packages, what builds took, and what placement decides by.

-- What a source package takes from others when it is built with the packages of one seed.
create table source_dependencies (
    source_package     bigint not null references source_package,
    seed               text not null references seed,
    needs              jsonb not null,
    code_needs         jsonb not null,
    code_reasons       jsonb not null,
    buildroot_packages integer not null check (buildroot_packages >= 0),
    problems           jsonb not null,
    primary key (seed, source_package),
    check (jsonb_array_length(code_needs) = jsonb_array_length(code_reasons))
);

-- Newest first; what the next build is expected to take.
create table build_history (
    release           text not null,
    source            text not null,
    wall_ms           jsonb not null check (not wall_ms @> '[0]'),
    memory_peak_bytes jsonb not null,
    disk_bytes        jsonb not null,
    primary key (release, source)
);

alter table rebuild
    alter column priority type text using
        case when priority > 0 then 'urgent' when priority < 0 then 'background' else 'normal' end,
    add check (priority in ('background', 'normal', 'urgent')),
    add column share double precision not null default 1 check (share > 0),
    add column paused boolean not null default false,
    add column retry_of bigint references rebuild,
    add column second_pass_of bigint references rebuild;

alter table build
    add column excluded_cpus jsonb not null default '[]',
    add column memory_bytes_min bigint not null default 0 check (memory_bytes_min >= 0),
    add column from_seed jsonb not null default '[]',
    add column ready_at timestamptz;

alter table attempt add column disk_bytes bigint not null default 0;

alter table lease add column resources jsonb not null default '{"cores": 1, "memory_bytes": 0, "disk_bytes": 0}';

-- Workers that registered before say nothing of features beyond the levels, until they register anew.
update worker set hello = jsonb_set(hello, '{leaves,leaf7_ecx}', '0') where hello #> '{leaves,leaf7_ecx}' is null;

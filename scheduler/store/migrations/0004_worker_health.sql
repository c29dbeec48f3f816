-- Whether a worker gets leases, and the failures that speak against it; what an open build has tried in vain.

-- A worker without a row is enabled, and has failed nothing.
create table worker_health (
    worker        bigint primary key references worker,
    admission     text not null check (admission in ('enabled', 'draining', 'disabled', 'quarantined', 'probing')),
    since         timestamptz not null,
    reason        text not null,
    by_farm       boolean not null,
    run           jsonb not null,
    others_built  boolean not null,
    run_ended_at  timestamptz,
    back_offs     integer not null check (back_offs >= 0),
    probe_at      timestamptz,
    probe         bigint,  -- an attempt, or a lease while it runs
    probes_passed integer not null check (probes_passed >= 0),
    check ((probe_at is not null) = (admission = 'quarantined')),
    check (probe is not null or admission <> 'probing')
);

alter table build add column failed_tries jsonb not null default '[]';

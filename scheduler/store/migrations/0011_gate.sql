-- Comparisons are looked at while they are measured, and a rebuild's promotions are tested together.

alter table comparison
    add column cpu text not null default '',
    add column p double precision check (p between 0 and 1),
    add column p_adjusted double precision check (p_adjusted between 0 and 1),
    add column inherited_from bigint references comparison,
    add check (p_adjusted is null or p is not null),
    add check (state = 'decided' or (p is null and inherited_from is null)),
    add check (not promoted or verdict = 'promote');

-- What an attempt measured up to one look: where, and in what condition the host was.
create table comparison_look (
    attempt          bigint not null,  -- a lease while it runs
    pairs            integer not null check (pairs > 0),
    comparison       bigint not null references comparison,
    cpu              text not null,
    benchmark_digest text not null check (benchmark_digest ~ '^[0-9a-f]{64}$'),
    host             jsonb not null,
    measured_at      timestamptz not null,
    primary key (attempt, pairs)
);
create index comparison_look_comparison on comparison_look (comparison);

-- Samples come in while their attempt is a lease and no row yet; so they name the comparison themselves.
alter table comparison_sample
    drop constraint comparison_sample_attempt_fkey,
    add column comparison bigint references comparison,
    add column others_us bigint not null default 0 check (others_us >= 0);
update comparison_sample set comparison = attempt.comparison from attempt where attempt.id = comparison_sample.attempt;
alter table comparison_sample alter column comparison set not null;
create index comparison_sample_comparison on comparison_sample (comparison);

-- Comparisons are looked at while they are measured, and a rebuild's promotions are tested together.

alter table comparison
    add column cpu text not null default '',
    add column p double precision check (p between 0 and 1),
    add column p_adjusted double precision check (p_adjusted between 0 and 1),
    add column inherited_from bigint references comparison,
    add check (p_adjusted is null or p is not null),
    add check (state = 'decided' or (p is null and inherited_from is null));

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

-- Who let what pass, why, and until when. Never deleted: this is the audit trail.
create table waiver (
    id         bigint primary key,
    release    text not null,
    package    text not null,
    variant    text not null,
    stage      text not null check (stage in ('check', 'parity', 'audit', 'comparison', 'verdict')),
    author     text not null check (author <> ''),
    reason     text not null check (reason <> ''),
    created_at timestamptz not null,
    expires_at timestamptz not null check (expires_at > created_at),
    revoked_at timestamptz,
    revoked_by text not null,
    check ((revoked_at is null) = (revoked_by = ''))
);
create trigger stays before delete or truncate on waiver
    for each statement execute function refuse_change('waivers are an audit trail');
create trigger only_revoked before update on waiver for each row
    when ((old.id, old.release, old.package, old.variant, old.stage, old.author, old.reason, old.created_at, old.expires_at)
          is distinct from
          (new.id, new.release, new.package, new.variant, new.stage, new.author, new.reason, new.created_at, new.expires_at)
          or (old.revoked_at is not null and (old.revoked_at, old.revoked_by) is distinct from (new.revoked_at, new.revoked_by)))
    execute function refuse_change('waivers are an audit trail');

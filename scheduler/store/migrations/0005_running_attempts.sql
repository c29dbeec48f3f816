-- A running attempt is its lease, and an attempt becomes a row when it ends. That a build or comparison is leased is said
-- once, by the lease: its own row is written when something else about it changes. docs/decisions/0007.

-- Their checks would refuse what follows, and nothing is left for them to compare.
drop trigger lease_matches on build;
drop trigger lease_matches_new on build;
drop trigger lease_matches on comparison;
drop trigger lease_matches_new on comparison;
drop trigger target_matches on lease;
drop function check_lease_of_build();
drop function check_lease_of_comparison();
drop function check_target_of_lease();

-- A foreign key costs the server about as much as the row. One look for all rows of a statement, below, proves the same
-- and more, where what is named is there to stay.
alter table lease
    drop constraint lease_attempt_fkey,
    drop constraint lease_build_fkey,
    drop constraint lease_comparison_fkey,
    drop constraint lease_worker_fkey,
    add column number integer;
update lease set number = attempt.number from attempt where attempt.id = lease.attempt;
alter table lease alter column number set not null;

delete from attempt where ended_at is null;
alter table attempt
    alter column ended_at set not null,
    alter column outcome set not null,
    drop constraint attempt_check1,
    drop constraint attempt_build_fkey,
    drop constraint attempt_comparison_fkey,
    drop constraint attempt_worker_fkey,
    reset (fillfactor);
alter table build_rpm drop constraint build_rpm_build_fkey;

update build set state = 'ready' where state = 'leased';
update comparison set state = 'ready' where state = 'leased';
alter table build
    drop constraint build_state_check,
    add constraint build_state_check check (state in ('blocked', 'ready', 'succeeded', 'failed', 'cancelled'));
alter table comparison
    drop constraint comparison_state_check,
    add constraint comparison_state_check check (state in ('waiting', 'ready', 'decided', 'cancelled'));

-- Only what is ready is leased, to a worker that there is; and an attempt that has ended is not leased again.
create function check_new_leases() returns trigger language plpgsql as $$
declare
    wrong bigint;
begin
    -- Look-ups by primary key in subqueries: a join might be planned as a walk through a whole table.
    select n.attempt into wrong from new_rows n
     where case when n.build is not null then (select b.state = 'ready' from build b where b.id = n.build)
                else (select c.state = 'ready' from comparison c where c.id = n.comparison) end is not true
        or (select w.id from worker w where w.id = n.worker) is null
        or (select a.id from attempt a where a.id = n.attempt) is not null
     limit 1;
    if found then
        raise exception 'lease of attempt %: its build or comparison is not ready, its worker is not known, or it has ended',
            wrong using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;
create trigger target_is_ready after insert on lease referencing new table as new_rows
    for each statement execute function check_new_leases();

-- What has a lease stays ready: the lease goes first.
create function check_leases_of_builds() returns trigger language plpgsql as $$
declare
    wrong bigint;
begin
    select n.id into wrong from new_rows n
     where n.state <> 'ready' and (select l.attempt from lease l where l.build = n.id) is not null limit 1;
    if found then
        raise exception 'build % is leased, so it can only be ready', wrong
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;
create trigger leased_is_ready after update on build referencing new table as new_rows
    for each statement execute function check_leases_of_builds();

create function check_leases_of_comparisons() returns trigger language plpgsql as $$
declare
    wrong bigint;
begin
    select n.id into wrong from new_rows n
     where n.state <> 'ready' and (select l.attempt from lease l where l.comparison = n.id) is not null limit 1;
    if found then
        raise exception 'comparison % is leased, so it can only be ready', wrong
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;
create trigger leased_is_ready after update on comparison referencing new table as new_rows
    for each statement execute function check_leases_of_comparisons();

-- An attempt ends once, and its lease goes before; it is of something and by someone that there is.
create function check_new_attempts() returns trigger language plpgsql as $$
declare
    wrong bigint;
begin
    select n.id into wrong from new_rows n
     where (select l.attempt from lease l where l.attempt = n.id) is not null limit 1;
    if found then
        raise exception 'attempt % has a lease, so it has not ended', wrong
            using errcode = 'integrity_constraint_violation';
    end if;
    select n.id into wrong from new_rows n
     where case when n.build is not null then (select b.id from build b where b.id = n.build)
                else (select c.id from comparison c where c.id = n.comparison) end is null
        or (select w.id from worker w where w.id = n.worker) is null
     limit 1;
    if found then
        raise exception 'attempt %: its build, comparison or worker is not known', wrong
            using errcode = 'foreign_key_violation';
    end if;
    return null;
end $$;
create trigger names_what_is after insert on attempt referencing new table as new_rows
    for each statement execute function check_new_attempts();

create function check_new_rpms() returns trigger language plpgsql as $$
declare
    wrong bigint;
begin
    select n.build into wrong from new_rows n where (select b.id from build b where b.id = n.build) is null limit 1;
    if found then
        raise exception 'RPM of build %: there is no such build', wrong using errcode = 'foreign_key_violation';
    end if;
    return null;
end $$;
create trigger names_what_is after insert on build_rpm referencing new table as new_rows
    for each statement execute function check_new_rpms();

-- And so that what was looked at once remains so: a lease is only prolonged, and what rows name is there to stay.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% of %: %', lower(tg_op), tg_table_name, tg_argv[0]
        using errcode = 'integrity_constraint_violation';
end $$;
create trigger only_prolonged before update on lease for each row
    when ((old.attempt, old.build, old.comparison, old.worker, old.slot, old.number, old.fence)
          is distinct from (new.attempt, new.build, new.comparison, new.worker, new.slot, new.number, new.fence))
    execute function refuse_change('what a lease is for never changes');
create trigger keeps_target before update of build, comparison, worker on attempt
    for each statement execute function refuse_change('what an attempt was for never changes');
create trigger keeps_target before update of build on build_rpm
    for each statement execute function refuse_change('what made an RPM never changes');
create trigger stays before delete or truncate on build
    for each statement execute function refuse_change('other rows name it');
create trigger stays before delete or truncate on comparison
    for each statement execute function refuse_change('other rows name it');
create trigger stays before delete or truncate on worker
    for each statement execute function refuse_change('other rows name it');
create trigger keeps_id before update of id on build
    for each statement execute function refuse_change('other rows name it');
create trigger keeps_id before update of id on comparison
    for each statement execute function refuse_change('other rows name it');
create trigger keeps_id before update of id on worker
    for each statement execute function refuse_change('other rows name it');

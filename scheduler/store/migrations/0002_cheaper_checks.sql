-- The same invariants for less: most rows need no look at all, and the others one look-up instead of a query over both
-- tables. Whatever a look-up finds wrong is looked at again as it is at the end of the transaction, since the row may
-- have changed once more in between.

drop trigger final_state on rebuild;
create trigger final_state before update on rebuild for each row
    when (old.state <> new.state and old.state in ('finished', 'failed', 'cancelled'))
    execute function refuse_change_of_final_state('{finished,failed,cancelled}');
drop trigger final_state on build;
create trigger final_state before update on build for each row
    when (old.state <> new.state and old.state in ('succeeded', 'failed', 'cancelled'))
    execute function refuse_change_of_final_state('{succeeded,failed,cancelled}');
drop trigger final_state on comparison;
create trigger final_state before update on comparison for each row
    when (old.state <> new.state and old.state in ('decided', 'cancelled'))
    execute function refuse_change_of_final_state('{decided,cancelled}');
drop trigger final_state on compose;
create trigger final_state before update on compose for each row
    when (old.state <> new.state and old.state in ('finished', 'failed'))
    execute function refuse_change_of_final_state('{finished,failed}');

create or replace function check_lease_of_build() returns trigger language plpgsql as $$
begin
    perform from lease where build = new.id;
    if found = (new.state = 'leased') then
        return null;
    end if;
    if exists (select from build b where b.id = new.id and
               (b.state = 'leased') <> exists (select from lease l where l.build = b.id)) then
        raise exception 'build %: its state and its lease disagree', new.id
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;
drop trigger lease_matches on build;
create constraint trigger lease_matches_new after insert on build deferrable initially deferred
    for each row when (new.state = 'leased') execute function check_lease_of_build();
create constraint trigger lease_matches after update on build deferrable initially deferred
    for each row when (old.state <> new.state and (old.state = 'leased' or new.state = 'leased'))
    execute function check_lease_of_build();

create or replace function check_lease_of_comparison() returns trigger language plpgsql as $$
begin
    perform from lease where comparison = new.id;
    if found = (new.state = 'leased') then
        return null;
    end if;
    if exists (select from comparison c where c.id = new.id and
               (c.state = 'leased') <> exists (select from lease l where l.comparison = c.id)) then
        raise exception 'comparison %: its state and its lease disagree', new.id
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;
drop trigger lease_matches on comparison;
create constraint trigger lease_matches_new after insert on comparison deferrable initially deferred
    for each row when (new.state = 'leased') execute function check_lease_of_comparison();
create constraint trigger lease_matches after update on comparison deferrable initially deferred
    for each row when (old.state <> new.state and (old.state = 'leased' or new.state = 'leased'))
    execute function check_lease_of_comparison();

create or replace function check_target_of_lease() returns trigger language plpgsql as $$
declare
    of lease := coalesce(new, old);
begin
    if of.build is not null then
        perform from build where id = of.build and state = 'leased';
    else
        perform from comparison where id = of.comparison and state = 'leased';
    end if;
    if found = (tg_op = 'INSERT') then
        return null;
    end if;
    if exists (select from build b where b.id = of.build and
               (b.state = 'leased') <> exists (select from lease l where l.build = b.id))
       or exists (select from comparison c where c.id = of.comparison and
               (c.state = 'leased') <> exists (select from lease l where l.comparison = c.id)) then
        raise exception 'lease of attempt %: it and the state of what it leases disagree', of.attempt
            using errcode = 'integrity_constraint_violation';
    end if;
    return null;
end $$;

-- A build changes twice and an attempt once after it was added. With room on their pages, and no index that looks at
-- what changes, an update leaves all indexes alone. The engine finds builds by state and identity in its memory.
drop index build_open;
drop index build_identity;
alter table build set (fillfactor = 60);
alter table attempt set (fillfactor = 60);

-- What is of a build is of no comparison, and needs no place in the index of those.
alter table attempt drop constraint attempt_comparison_number_key;
create unique index attempt_comparison_number_key on attempt (comparison, number) where comparison is not null;
alter table lease drop constraint lease_comparison_key;
create unique index lease_comparison_key on lease (comparison) where comparison is not null;

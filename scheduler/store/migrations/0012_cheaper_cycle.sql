-- The same promises for less of the server's time in each cycle of lease and finish. docs/decisions/0009.

-- A regular expression over each digest took more than the rest of its row. What is decoded and encoded again and is the
-- same was lower-case hexadecimal.
alter table build_rpm
    drop constraint build_rpm_digest_check,
    add constraint build_rpm_digest_check check (length(digest) = 64 and encode(decode(digest, 'hex'), 'hex') = digest);

-- One look at the new rows instead of two and, for each row, a foreign key that mostly is null.
alter table attempt drop constraint attempt_buildroot_fkey;
create or replace function check_new_attempts() returns trigger language plpgsql as $$
declare
    wrong  bigint;
    leased boolean;
begin
    -- Look-ups by primary key in subqueries: a join might be planned as a walk through a whole table.
    select n.id, (select l.attempt from lease l where l.attempt = n.id) is not null into wrong, leased from new_rows n
     where (select l.attempt from lease l where l.attempt = n.id) is not null
        or case when n.build is not null then (select b.id from build b where b.id = n.build)
                else (select c.id from comparison c where c.id = n.comparison) end is null
        or (select w.id from worker w where w.id = n.worker) is null
        or case when n.buildroot is not null
                then (select r.id from buildroot r where r.id = n.buildroot) is null end
     limit 1;
    if leased then
        raise exception 'attempt % has a lease, so it has not ended', wrong
            using errcode = 'integrity_constraint_violation';
    elsif found then
        raise exception 'attempt %: its build, comparison, worker or build root is not known', wrong
            using errcode = 'foreign_key_violation';
    end if;
    return null;
end $$;

drop trigger keeps_target on attempt;
create trigger keeps_target before update of build, comparison, worker, buildroot on attempt
    for each statement execute function refuse_change('what an attempt was for never changes');
create trigger stays before delete or truncate on buildroot
    for each statement execute function refuse_change('other rows name it');
create trigger keeps_id before update of id on buildroot
    for each statement execute function refuse_change('other rows name it');

-- What every commit begins with, as an error and not as an answer that must be waited for: so a whole commit is one message.
create function hold_farm(held bigint) returns void language plpgsql as $$
begin
    perform from scheduler_epoch where only_row and epoch = held for share;
    if not found then
        raise exception 'another scheduler has taken over' using errcode = 'TF001';
    end if;
end $$;

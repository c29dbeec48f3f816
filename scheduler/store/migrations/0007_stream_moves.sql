-- How streams came to where they are, and what was removed since nothing needs it any more.

alter table compose add column removed_at timestamptz;
alter table build add column removed_at timestamptz;

-- The builds whose packages a compose has, in one row: a stream's whole history of content, small enough for memory.
create table compose_builds (
    compose bigint primary key references compose,
    builds  jsonb not null
);
insert into compose_builds
select p.compose, jsonb_agg(distinct p.build order by p.build)
from compose_package p join compose c on c.id = p.compose
where c.state <> 'failed' group by p.compose;

create table stream_move (
    id          bigint primary key,
    release     text not null,
    stream      text not null,
    kind        text not null check (kind in ('publish', 'promote', 'rollback')),
    compose     bigint not null references compose,
    before      bigint references compose,
    state       text not null check (state in ('pending', 'finished', 'failed')),
    error       text not null,
    created_at  timestamptz not null,
    finished_at timestamptz,
    check ((finished_at is not null) = (state in ('finished', 'failed')))
);
create unique index stream_move_one_pending on stream_move (release, stream) where state = 'pending';
create trigger final_state before update on stream_move for each row
    when (old.state <> new.state and old.state in ('finished', 'failed'))
    execute function refuse_change_of_final_state('{finished,failed}');

-- Until now every compose moved its own stream, forwards, once.
insert into stream_move
select c.id, c.release, c.stream, 'publish', c.id, c.base, c.state, c.error, c.created_at, c.finished_at
from compose c;

-- What the check of a stream's clients said, and whether somebody let the stream move all the same (docs/operating.md).
alter table stream_move
    add column hurt_allowed boolean not null default false,
    add column client_check text not null default '';

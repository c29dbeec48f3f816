-- What the audit found: all of it for people, in a table of its own; what the gate asks for, with the build.

create table build_audit (
    build  bigint primary key references build,
    report jsonb not null
);

-- For each binary package the digests of its Provides, Requires, sonames, exported symbols, files, scriptlets.
alter table build
    add column interfaces jsonb not null default '[]';

-- What attempts wrote, and what was installed in their build roots.

-- A list of packages, once however many attempts had it; its id is the digest of the list. For people and for
-- later builds that are to have the same build root; the scheduler does not keep it in memory.
create table buildroot (
    id       text primary key,
    packages jsonb not null check (jsonb_array_length(packages) > 0)
);

alter table attempt
    add column bytes_written bigint not null default 0 check (bytes_written >= 0),
    add column buildroot text references buildroot;

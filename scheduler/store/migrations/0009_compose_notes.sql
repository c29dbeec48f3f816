-- What a compose left out and why, and which packages' users must run `dnf distro-sync` (docs/operating.md).
alter table compose
    add column stalled jsonb not null default '[]',
    add column notes jsonb not null default '[]';

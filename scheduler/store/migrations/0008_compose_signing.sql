-- How the packages and metadata of a compose are signed, as its release said when it was decided. Those that
-- there are were published without signatures.
alter table compose
    add column signing text not null default 'none' check (signing in ('none', 'gnupg'));

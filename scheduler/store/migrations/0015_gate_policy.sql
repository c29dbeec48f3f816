-- What the gate's policies ask for: verdicts of each CPU vendor, inheritance over patch levels, ABI groups, sizes.

alter table build
    add column flags text not null default '',
    add column compilers jsonb not null default '[]',
    add column abi jsonb,
    add column installed_bytes bigint not null default 0 check (installed_bytes >= 0);

-- One comparison for each vendor that the policy asks for.
alter table comparison
    add column vendor text not null default '',
    add column verdict_key text not null default '' check (verdict_key ~ '^([0-9a-f]{64})?$'),
    add check (state = 'decided' or verdict_key = ''),
    drop constraint comparison_rebuild_source_package_variant_key,
    add unique (rebuild, source_package, variant, kind, vendor);

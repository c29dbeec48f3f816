-- Comparisons of a baseline with itself: they say how often the gate is wrong, and decide nothing.

alter table comparison
    add column kind text not null default 'ab' check (kind in ('ab', 'aa')),
    drop constraint comparison_rebuild_source_package_variant_key,
    add constraint comparison_rebuild_source_package_variant_key unique (rebuild, source_package, variant, kind),
    add check (kind = 'ab' or (baseline_build = variant_build and not promoted and inherited_from is null));

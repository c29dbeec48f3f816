#!/usr/bin/env python3
"""The quickstart's last word: a table of what was built, measured, shipped and installed, and whether the clients got
what the gate decided.

Usage: report.py FOLDER [--json FILE]    FOLDER: the farm's answers and client-VARIANT.txt of each client
Exit code: 0, or 1 if a build failed or a client got something else.
"""
import argparse
import json
import sys
from pathlib import Path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    farm = {file.stem: json.loads(file.read_text()) for file in options.folder.glob("*.json")}
    clients = {file.stem.removeprefix("client-"): read_client(file) for file in options.folder.glob("client-*.txt")}
    result = summary(farm, clients)
    print_table(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n")
    return 1 if result["failed"] or result["wrong"] else 0


def read_client(file):
    """name -> (arch, version-release) of everything installed."""
    return {name: (arch, version) for name, arch, version in (line.split() for line in file.read_text().splitlines())}


def summary(farm, clients):
    release = next(r for r in farm["releases"] if r["name"] == farm["rebuild"]["release"])
    variants = [variant["name"] for variant in release["variants"]]
    names = sorted({build["package"] for build in farm["builds"]})
    packages = [package_row(name, farm, clients, variants) for name in names]
    streams = [stream["path"] for stream in farm["repos"]["streams"] if stream["name"] == farm["rebuild"]["stream"]]
    return {
        "packages": packages,
        "rebuild": farm["rebuild"]["id"],
        "compose": farm["rebuild"]["compose"],
        "variants": variants,
        "streams": streams[0] if streams else None,
        "failed": [{key: build[key] for key in ("package", "variant", "outcome", "evidence")}
                   for build in farm["builds"] if build["state"] == "failed"],
        "wrong": wrong_on_clients(packages, farm["compose"]["package_list"], clients, release),
    }


def package_row(name, farm, clients, variants):
    builds = {build["variant"]: build for build in farm["builds"] if build["package"] == name}
    comparison = next((row for row in farm["comparisons"] if row["package"] == name), {})
    deciding = (comparison.get("results") or [None])[0]
    shipped = [row for row in farm["compose"]["package_list"] if row["source"] == name and not row.get("debug")]
    sizes = {variants[0]: comparison.get("baseline_bytes"), comparison.get("variant"): comparison.get("variant_bytes")}
    sizes = {variant: size for variant, size in sizes.items() if variant and size}
    if not sizes and shipped:
        sizes = {variants[0]: sum(row["size"] for row in shipped if row["repo"] == f"{variants[0]}/os")}
    binaries = {row["nevra"]["name"] for row in shipped}
    return {
        "name": name,
        "states": {variant: build["state"] for variant, build in builds.items()},
        "verdict": comparison.get("verdict"),
        "promoted": comparison.get("promoted", False),
        "reason": comparison.get("reason"),
        "ratio": deciding["ratio"] if deciding else None,
        "ci": [deciding["ci_low"], deciding["ci_high"]] if deciding else None,
        "build_seconds": {variant: round(build["wall_ms"] / 1000, 1)
                          for variant, build in builds.items() if build["wall_ms"] is not None},
        "bytes": sizes,
        "client": {variant: {binary: installed[binary][0] for binary in sorted(binaries & installed.keys())}
                   for variant, installed in clients.items()},
    }


def wrong_on_clients(packages, shipped, clients, release):
    """Sentences about each installed package whose version or arch is not what the compose and the gate say."""
    arch_of = {variant["name"]: variant["target_arch"] for variant in release["variants"]}
    promoted = {package["name"]: package["promoted"] for package in packages}
    wrong = []
    for variant, installed in clients.items():
        offered = [row for row in shipped if row["repo"] == f"{variant}/os"]
        for name in sorted({row["nevra"]["name"] for row in offered} & installed.keys()):
            rows = [row for row in offered if row["nevra"]["name"] == name]
            arch, version = installed[name]
            if not any(version == f"{row['nevra']['version']}-{row['nevra']['release']}" for row in rows):
                wrong.append(f"The client of {variant} has {name} {version}, which is not the compose's.")
                continue
            wanted = expected_arch(rows, arch_of[variant], arch_of[release["baseline"]], promoted)
            if arch != wanted:
                wrong.append(f"The client of {variant} has {name} for {arch}; the gate says {wanted}.")
        for package in packages:
            if package["name"] in {row["source"] for row in offered} and not package["client"][variant]:
                wrong.append(f"The client of {variant} has nothing of {package['name']}.")
    return wrong


def expected_arch(rows, variant_arch, baseline_arch, promoted):
    """What a client must get of one name: the variant's package exactly where the gate let it through."""
    archs = {row["nevra"]["arch"] for row in rows}
    if archs == {"noarch"}:
        return "noarch"
    # What an earlier rebuild has published is as the compose has carried it over.
    ships_variant = promoted.get(rows[0]["source"], variant_arch in archs)
    return variant_arch if ships_variant else baseline_arch


def print_table(result):
    variants = result["variants"]
    header = ["PACKAGE", "VERDICT", "RATIO", "95 % INTERVAL"]
    header += [f"BUILD {variant}" for variant in variants] + [f"SIZE {variant}" for variant in variants] + ["CLIENTS GOT"]
    rows = [header] + [table_row(package, variants) for package in result["packages"]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    print()
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    print("\nRatio: time at the baseline / time at the variant, so above 1 the variant is faster.")
    for build in result["failed"]:
        print(f"Failed: {build['package']} for {build['variant']}: {build['outcome']}: {build['evidence']}")
    for sentence in result["wrong"]:
        print(f"WRONG: {sentence}")
    if not result["wrong"]:
        print("Each client got exactly what the gate decided, and everything that it installed ran.")


def table_row(package, variants):
    seconds, sizes = package["build_seconds"], package["bytes"]
    return [
        package["name"],
        (package["verdict"] or ("failed" if "failed" in package["states"].values() else "-")),
        f"{package['ratio']:.3f}" if package["ratio"] is not None else "-",
        f"[{package['ci'][0]:.3f}, {package['ci'][1]:.3f}]" if package["ci"] else "-",
        *(f"{seconds[variant]:.1f} s" if variant in seconds else "-" for variant in variants),
        *(f"{sizes[variant] / 1024:.0f} KiB" if variant in sizes else "-" for variant in variants),
        " / ".join(client_word(package["client"].get(variant, {})) for variant in variants),
    ]


def client_word(installed):
    """The level of what a client has of one source package: "x86_64_v3" beside noarch parts is "x86_64_v3"."""
    archs = sorted(set(installed.values()) - {"noarch"})
    return "+".join(archs) or ("noarch" if installed else "-")


if __name__ == "__main__":
    sys.exit(main())

"""Counts what was measured against what is known to be true."""
import statistics
from collections import Counter

PROMOTIONS_MAX_SHARE = 0.01  # of comparisons of identical binaries: 2 of 200
RIGHT_MIN_SHARE = 0.95       # of the repetitions of each package: 19 of 20
NEITHER = {"equivalent", "identical", "hold"}
RIGHT = {"promote": {"promote"}, "regress": {"regress"}, "neither": NEITHER}


def describe(row):
    first = row["results"][0]
    return (f"{row['package']} {row['verdict']}: {first['name']} {first['ratio']:.3f} [{first['ci_low']:.3f}, {first['ci_high']:.3f}], "
            f"noise {100 * first['noise']:.1f} %, {row['pairs']} pairs")


def rejected(row):
    return sum(look["host"]["runs_rejected"] for look in row["looks"])


def table(rows):
    """One line a package: verdicts, and what was measured."""
    lines = [f"{'package':10} {'verdicts':44} {'pairs':>6} {'noise':>6} {'ratio of each benchmark (least, median, most)'}"]
    for package in sorted({row["package"] for row in rows}):
        own = [row for row in rows if row["package"] == package]
        verdicts = ", ".join(f"{count} {verdict}" for verdict, count in Counter(row["verdict"] for row in own).most_common())
        ratios = {}
        for row in own:
            for result in row["results"]:
                ratios.setdefault(result["name"], []).append(result["ratio"])
        shown = "; ".join(f"{name} {min(r):.3f} {statistics.median(r):.3f} {max(r):.3f}" for name, r in sorted(ratios.items()))
        noise = statistics.median(result["noise"] for row in own for result in row["results"])
        lines.append(f"{package:10} {verdicts:44} {statistics.mean(row['pairs'] for row in own):6.1f} {100 * noise:5.1f}% {shown}")
    return "\n".join(lines)


def identical(rows):
    """(line, right): of comparisons of identical binaries, nearly none may promote."""
    verdicts = Counter(row["verdict"] for row in rows)
    results = [result for row in rows for result in row["results"]]
    covered = sum(result["ci_low"] <= 1 <= result["ci_high"] for result in results)
    allowed = int(len(rows) * PROMOTIONS_MAX_SHARE)
    line = (f"{len(rows)} comparisons of identical binaries: {verdicts['promote']} promoted (allowed: {allowed}), "
            f"{verdicts['regress']} regressed; {covered} of {len(results)} intervals hold the truth ({100 * covered / len(results):.1f} %); "
            f"{sum(map(rejected, rows))} runs were rejected and measured again")
    return line, verdicts["promote"] <= allowed


def known(rows, truth):
    """(lines, right): of each package, nearly all repetitions must say what is known. `truth`: by package."""
    lines, right = [], True
    for package, wanted in truth.items():
        own = [row["verdict"] for row in rows if row["package"] == package]
        good = sum(verdict in RIGHT[wanted] for verdict in own)
        enough = bool(own) and good >= RIGHT_MIN_SHARE * len(own)
        right = right and enough
        unstable = f" ({own.count('unstable')} unstable)" if "unstable" in own else ""
        lines.append(f"{'ok' if enough else 'FAILED'}: {package} is {wanted} in {good} of {len(own)}{unstable}")
    return "\n".join(lines), right

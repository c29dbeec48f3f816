"""Every configuration of the mini distribution builds what its name says: level, architecture, marks."""
import subprocess

from .cases import TMPFS, archful
from .harness import Run, equal, holds

LEVELS = ("x86_64", "x86_64_v2", "x86_64_v3", "x86_64_v4")


def built_for(level, encoding):
    """A case: what rpm and the compiler made of it is in the log and in the package's header."""
    def case(place, name, lane):
        suffix = "" if encoding == "arch" else "-flags"
        run = Run(place, name, variant=f"mini-1-{level}{suffix}", extension=lane)
        arguments = [*TMPFS, "--disable-plugin=root_cache"]  # a cache for each would be made only once
        equal("exit code", run.call(*arguments, "--rebuild", place.srpm("level")), 0)
        arch = level if encoding == "arch" else "x86_64"
        equal("packages", {x.replace(".mini1", "") for x in run.packages()}, set(archful("level", arch)))
        plain = level == "x86_64"
        march, short = level.replace("_v", "-v").replace("_", "-"), level.rpartition("_")[2]
        flags = "-O2 -g" if plain else f"-O2 -g -march={march}"
        log = run.log("build.log")
        holds("build.log", log, f"cc {flags} ", f"\ncompiled for {level}\n",
              "\nGOAMD64= RUSTFLAGS=\n" if plain else f"\nGOAMD64={short} RUSTFLAGS=-Ctarget-cpu={march}\n")
        package = next(run.results.glob(f"level-1.0-1*.{arch}.rpm"))
        equal("header", header_of(package), {
            "ARCH": arch, "OPTFLAGS": flags, "VENDOR": "Terrace mini distribution",
            "DISTRIBUTION": f"Mini distribution 1 ({level})"})
    return case


def header_of(package):
    tags = ("ARCH", "OPTFLAGS", "VENDOR", "DISTRIBUTION")
    form = "".join(f"%{{{tag}}}\n" for tag in tags)
    found = subprocess.run(["rpm", "-qp", "--qf", form, package], check=True, capture_output=True, text=True)
    return dict(zip(tags, found.stdout.splitlines()))


LEVEL_CASES = {f"level-{level}-{encoding}": built_for(level, encoding)
               for level in LEVELS for encoding in ("arch", "flags")}

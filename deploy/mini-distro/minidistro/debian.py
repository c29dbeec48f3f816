"""The configured Debian root file system that is cut into RPMs, and what dpkg knows about it."""
import collections
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import packages
from .progress import Stop, say

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# What no build reads, or few: to unpack a build root is most of the time of a small build.
EXCLUDED = [
    *(f"/usr/share/{folder}/*" for folder in ("doc", "info", "lintian", "locale", "man")),
    "/usr/bin/*-lto-dump-*",
    *(f"/usr/lib/*/lib{name}.*" for name in ("asan", "hwasan", "lsan", "tsan", "ubsan")),
    *(f"/usr/lib/gcc/*/lib{name}.a" for name in ("asan", "hwasan", "lsan", "tsan", "ubsan")),
]


# For commands that work on the root file system: their mounts are private, and they end with this program,
# however it ends; the next run finds nobody at work there.
CONTAINED = ["setpriv", "--pdeathsig", "KILL",
             "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


@dataclass
class DebianPackage:
    name: str
    version: str
    summary: str
    essential: bool
    requires: set = field(default_factory=set)
    files: set = field(default_factory=set)


def mirror(given):
    """The mirror named by the user, or else the one that this machine's own apt installs from."""
    chosen = given or os.environ.get("TERRACE_DEBIAN_MIRROR")
    if chosen:
        return chosen
    if not shutil.which("apt-get"):
        raise Stop("this machine has no apt to ask for a Debian mirror: give one with --mirror URL")
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(COMPONENT)|$(CODENAME)|$(REPO_URI)",
         "Created-By: Packages"], capture_output=True, text=True, check=False).stdout
    for line in targets.splitlines():
        origin, component, codename, uri = line.split("|", 3)
        if origin == "Debian" and component == "main" and re.fullmatch(r"[a-z]+", codename):
            return uri
    raise Stop("apt has no Debian archive among its sources (or has never updated): use --mirror URL")


def make_rootfs(target, wanted, mirror_url):
    """Unpacks and configures the packages once; the maintainer scripts run here and never again."""
    if not os.path.exists(KEYRING):
        raise Stop(f"{KEYRING} is missing: install debian-archive-keyring")
    command = [
        *CONTAINED, "mmdebstrap", "--quiet", "--mode=root", "--variant=essential", "--format=directory",
        f"--keyring={KEYRING}", '--aptopt=Apt::Install-Recommends "0"', "--dpkgopt=force-unsafe-io",
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in EXCLUDED),
        "--include=" + ",".join(wanted), packages.SUITE, str(target), mirror_url]
    say(f"installing Debian {packages.SUITE} from {mirror_url} (about a minute) ...")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Stop(f"mmdebstrap failed; is the mirror {mirror_url} reachable? (see --mirror)\n"
                   + "\n".join(done.stderr.splitlines()[-15:]))


def read_packages(rootfs):
    """All installed packages by name, their dependencies resolved to the one installed provider."""
    paragraphs = [_fields(text) for text in
                  (rootfs / "var/lib/dpkg/status").read_text().strip().split("\n\n")]
    installed = {p["Package"]: p for p in paragraphs if p["Status"].endswith(" installed")}
    providers = collections.defaultdict(list)
    for name, paragraph in installed.items():
        for provided in [name, *_relation_names(paragraph.get("Provides", ""))]:
            providers[provided].append(name)
    found = {}
    for name, paragraph in sorted(installed.items()):
        found[name] = DebianPackage(
            name, paragraph["Version"], paragraph.get("Description") or name,
            paragraph.get("Essential") == "yes", _resolve(name, paragraph, providers),
            _listed_files(rootfs, name, paragraph["Architecture"]))
    return found


def _fields(paragraph):
    return dict(match.groups() for match in re.finditer(r"(?m)^(\S+): *(.*)$", paragraph))


def _relation_names(relation):
    """The package names in a Depends-like field, without versions and architectures."""
    return [re.split(r"[ (:]", part.strip())[0] for part in re.split(r"[,|]", relation) if part.strip()]


def _resolve(name, paragraph, providers):
    requires = set()
    for relation in (paragraph.get("Depends", "") + ", " + paragraph.get("Pre-Depends", "")).split(","):
        present = [p for alternative in _relation_names(relation) for p in providers[alternative]]
        if present and name not in present:
            requires.add(present[0])
    return requires


def _listed_files(rootfs, name, architecture):
    info = rootfs / "var/lib/dpkg/info"
    listing = info / f"{name}.list"
    if not listing.exists():
        listing = info / f"{name}:{architecture}.list"
    return {path for path in listing.read_text().splitlines() if path and path != "/."}


def remove_tree(path):
    """Removes a root file system, but never through a mount that a killed run left in it."""
    path = Path(path)
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    if any(point.startswith(f"{path}/") for point in mounted):
        raise Stop(f"something is mounted under {path}: unmount it, then run again")
    if path.exists():
        shutil.rmtree(path)

"""Runs one mock with a configuration and result directory of its own, and looks at what it did."""
import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPECS = HERE.parent / "specs"
MOCK_CONFIGS = HERE.parents[2] / "mock-configs"
LIMIT_SECONDS = 170
LOGS = {"build.log", "hw_info.log", "root.log", "state.log"}
ALL_LOGS = LOGS | {"installed_pkgs.log"}


@dataclass
class Place:
    """Where the cases work, and with what."""
    mock: list
    repo: str
    folder: Path
    uid: int

    def srpm(self, name):
        """The source package of specs/NAME.spec, made by the host's rpm, which does not know %mini."""
        folder = self.folder / "srpms" / name
        if not folder.exists():
            subprocess.run(["rpmbuild", "-bs", "--nodeps", "--target", "noarch",
                            "--define", f"_srcrpmdir {folder}", SPECS / f"{name}.spec"],
                           check=True, capture_output=True)
        return next(folder.glob("*.src.rpm"))


@dataclass
class Run:
    """A mock to call. `variant` is the configuration to include, `settings` are lines of Python after it."""
    place: Place
    name: str
    variant: str = "mini-1-x86_64"
    settings: str = ""
    extension: str = ""
    results: Path = field(init=False)

    def __post_init__(self):
        self.results = self.place.folder / "results" / self.name / "out"
        shutil.rmtree(self.results.parent, ignore_errors=True)  # of an earlier run with --keep
        self.results.parent.mkdir(parents=True)
        os.chown(self.results.parent, self.place.uid, -1)
        self.mark = f"TERRACE_CASE={self.place.folder}/{self.name}/"
        self.config = self.place.folder / f"{self.name}.cfg"
        self.config.write_text("\n".join([
            f"config_opts['terrace_seed'] = [{{'name': 'mini', 'url': 'file://{self.place.repo}'}}]",
            f"include({str(MOCK_CONFIGS / (self.variant + '.cfg'))!r})",
            f"config_opts['basedir'] = {str(self.place.folder / 'base')!r}",
            f"config_opts['cache_topdir'] = {str(self.place.folder / 'cache')!r}",
            f"config_opts['environment']['TERRACE_CASE'] = {self.mark.partition('=')[2]!r}",
            self.settings, ""]))

    def start(self, *arguments, as_root=False):
        """Starts mock; its console goes into NAME.out."""
        environment = {key: value for key, value in os.environ.items() if key != "SUDO_UID"}
        if not as_root:
            environment["SUDO_UID"] = str(self.place.uid)
        command = [*self.place.mock, "--configdir", MOCK_CONFIGS, "-r", self.config, "--isolation=simple",
                   "--resultdir", self.results, "--uniqueext", self.extension or self.name, *arguments]
        with open(self.place.folder / f"{self.name}.out", "a") as console:
            return subprocess.Popen([str(x) for x in command], env=environment, stdin=subprocess.DEVNULL,
                                    stdout=console, stderr=subprocess.STDOUT, start_new_session=True)

    def call(self, *arguments, **options):
        return self.start(*arguments, **options).wait(LIMIT_SECONDS)

    def console(self):
        return (self.place.folder / f"{self.name}.out").read_text(errors="replace")

    def files(self):
        return {path.name for path in self.results.glob("*")}

    def packages(self):
        return {name for name in self.files() if name.endswith(".rpm")}

    def log(self, name):
        path = self.results / name
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_for(self, text, log="build.log"):
        """Until the build has said so."""
        end = time.monotonic() + LIMIT_SECONDS
        while f"\n{text}" not in self.log(log):
            if time.monotonic() > end:
                raise AssertionError(f"{log} never said {text!r}")
            time.sleep(0.1)

    def left_running(self):
        """Processes of the build that outlived it; what was killed gets a moment to go."""
        for _ in range(30):
            found = self._processes()
            if not found:
                break
            time.sleep(0.1)
        return found

    def _processes(self):
        found = []
        for environ in Path("/proc").glob("[0-9]*/environ"):
            try:
                if self.mark.encode() in environ.read_bytes():
                    found.append((environ.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue  # it ended meanwhile
        return found


def equal(what, found, expected):
    if found != expected:
        raise AssertionError(f"{what}: {found!r}, expected {expected!r}")


def holds(what, text, *parts):
    for part in parts:
        if part not in text:
            raise AssertionError(f"{what} does not say {part!r}")

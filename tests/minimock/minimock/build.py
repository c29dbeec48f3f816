"""From a source package to built ones: --rebuild, --installdeps and --buildsrpm."""
import glob
import os
import re
import shutil
import subprocess

from . import logs, process
from .failure import BAD_REQUIRES, BAD_SRPM, UNKNOWN_EXTERNAL, Failure
from .prepare import save_result

DYNAMIC = 11  # rpmbuild -br: there are BuildRequires that are not installed
INSTALLED_FORMAT = "%{nevra} %{buildtime} %{size} %{pkgid} installed\\n"


def check_srpm(path):
    query = subprocess.run(["rpm", "-qp", "--nosignature", "--nodigest", "--qf", "%{SOURCEPACKAGE}", path],
                           capture_output=True, text=True, check=False)
    if query.returncode:
        raise Failure(f"Cannot find/open srpm: {path}. Error: {query.stderr.strip()}")
    if query.stdout != "1":
        raise Failure(f"File is not an srpm: {path}.")


class Builder:
    def __init__(self, buildroot, dnf):
        self.root = buildroot
        self.opts = buildroot.opts
        self.dnf = dnf
        self._target = ["--target", self.opts["rpmbuild_arch"]]

    def rebuild(self, srpm):
        name = os.path.basename(srpm)
        with logs.phase(f"build phase for {name}"):
            spec, has_dynamic = self._setup(srpm)
            with logs.phase(f"rpmbuild {name}"):
                self._list_installed()
                prepared = has_dynamic and self._install_dynamic_requires(spec)
                if prepared:
                    self._list_installed()
                # What %generate_buildrequires saw is what must be built: %prep is not run again.
                keep = ["--noprep", "--noclean"] if prepared else []
                check = [] if self.opts["check"] else ["--nocheck"]
                self._rpmbuild("-bb", *keep, *self._target, "--nodeps", *check, spec)
            self._copy_results()

    def install_requires(self, srpm):
        name = os.path.basename(srpm)
        with logs.phase(f"build phase for {name}"):
            self._setup(srpm)

    def make_srpm(self, spec, sources):
        shutil.copy(spec, self.root.inside(self.root.build_dir + "/SPECS"))
        target = self.root.inside(self.root.build_dir + "/SOURCES")
        if sources and os.path.isdir(sources):
            shutil.copytree(sources, target, dirs_exist_ok=True, symlinks=True)
        elif sources:
            shutil.copy(sources, target)
        self.root.give_home_to_user()
        with logs.phase(f"buildsrpm {os.path.basename(spec)}"):
            self._copy(self._rebuilt_srpm(f"{self.root.build_dir}/SPECS/{os.path.basename(spec)}"))

    def _setup(self, srpm):
        """Unpacks the source package and installs its static BuildRequires, as this build root reads them."""
        with logs.phase(f"build setup for {os.path.basename(srpm)}"):
            spec = self._unpack(srpm)
            rebuilt = self._rebuilt_srpm(spec)
            requires = process.run(["rpm", "-qpR", "--nosignature", rebuilt], logs.root)[1]
            self._refuse_external(requires)
            self.dnf.run("builddep", rebuilt)
        return spec, self.opts["dynamic_buildrequires"] and "rpmlib(DynamicBuildRequires)" in requires

    def _refuse_external(self, requires):
        """BuildRequires of another packager's, such as external:pypi:NAME: mock's are few, the stand-in has none."""
        external = [line for line in requires.splitlines() if line.startswith("external:")]
        if not external:
            return
        if not self.opts["use_bootstrap"]:
            raise Failure("ExternalBuildRequires requires `use_bootstrap` to be set on.")
        if not self.opts["external_buildrequires"]:
            raise Failure("ExternalBuildRequires are found but support is disabled. "
                          'See "external_buildrequires" in config_opts.')
        raise Failure(f"Unknown external dependencies: {', '.join(external)}", UNKNOWN_EXTERNAL)

    def _unpack(self, srpm):
        inside = f"{self.root.build_dir}/originals/{os.path.basename(srpm)}"
        shutil.copyfile(srpm, self.root.inside(inside))
        self.root.give_home_to_user()
        result, output = self.root.run(["rpm", "-Uvh", "--nodeps", inside], check=False)
        if result:
            raise Failure(f"Source RPM is not installable:\n{output}", BAD_SRPM)
        spec = re.search(r"(?m)^\S+\.spec$", self.root.run(["rpm", "-qpl", inside])[1])
        if not spec:
            raise Failure(f"No specfile found in srpm: {os.path.basename(srpm)}", BAD_SRPM)
        return f"{self.root.build_dir}/SPECS/{spec[0]}"

    def _rebuilt_srpm(self, spec):
        self._rpmbuild("-bs", *self._target, "--nodeps", spec)
        found = glob.glob(self.root.inside(self.root.build_dir + "/SRPMS/*.src.rpm"))
        if len(found) != 1:
            raise Failure(f"Expected to find single rebuilt srpm, found {len(found)}", BAD_SRPM)
        return found[0]

    def _rpmbuild(self, *arguments, check=True):
        line = " ".join([self.opts["rpmbuild_command"], *arguments])
        return self.root.run(["bash", "--login", "-c", line], logs.build,
                             timeout=self.opts["rpmbuild_timeout"], check=check)[0]

    def _install_dynamic_requires(self, spec):
        """Runs %generate_buildrequires and installs what it asks for, until that brings nothing new."""
        keep = []
        for _ in range(self.opts["dynamic_buildrequires_max_loops"]):
            result = self._rpmbuild("-br", *keep, *self._target, "--nodeps", spec, check=False)
            keep = ["--noprep", "--noclean"]
            if result == 0:
                return True
            if result != DYNAMIC:
                raise Failure(f"Command failed: \n # rpmbuild -br {spec}", BAD_REQUIRES)
            if not self._install_generated():
                return True
        raise Failure("Unable to satisfy dynamic BuildRequires: they did not settle after "
                      f"{self.opts['dynamic_buildrequires_max_loops']} rounds")

    def _install_generated(self):
        """Whether the generated requirements changed the set of installed packages."""
        logs.build.info("Dynamic buildrequires detected")
        logs.build.info("Going to install missing buildrequires. See root.log for details.")
        before = self._installed()
        for generated in glob.glob(self.root.inside(self.root.build_dir + "/SRPMS/*.buildreqs.nosrc.rpm")):
            self.dnf.run("builddep", generated)
            os.unlink(generated)
        return self._installed() != before

    def _installed(self):
        return process.run(["rpm", "--dbpath", "/var/lib/rpm", "--root", self.root.path, "-qa", "--qf",
                            INSTALLED_FORMAT], logs.root)[1]

    def _list_installed(self):
        with logs.phase("Outputting list of installed packages"):
            save_result(self.root, "installed_pkgs.log", self._installed() + "\n")

    def _copy_results(self):
        built = [path for kind in ("RPMS", "SRPMS")
                 for path in glob.glob(self.root.inside(f"{self.root.build_dir}/{kind}/*.rpm"))]
        if not built:
            raise Failure("No build results found", BAD_SRPM)
        self._copy(*built)

    def _copy(self, *paths):
        target = self.root.result_dir
        for path in paths:
            try:
                os.chown(shutil.copy2(path, target), self.root.uid, self.root.gid)
            except OSError as problem:
                raise Failure(f"Can not copy {path} into resultdir {target}: {problem}") from problem

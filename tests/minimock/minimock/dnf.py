"""The package manager of the host, working on a build root."""
import contextlib
import fcntl
import os
import shlex

from . import logs, process
from .config import expand
from .failure import NO_BUILDDEP, UNRESOLVED

# rpm of Debian 12 keeps its database in the caller's home by default; a macro file in a home of dnf's own
# puts it where the build root's rpm looks for it.
RPM_MACROS = "%_netsharedpath /proc:/sys\n%_dbpath /var/lib/rpm\n"
HOME = "installation-homedir"


class Dnf:
    def __init__(self, buildroot):
        self.root = buildroot
        self.opts = buildroot.opts
        kind = "dnf5" if self.opts["package_manager"] == "dnf5" else "dnf4"
        self._program = buildroot.option(f"{kind}_command")
        self._builddep = self.opts.get(f"{kind}_builddep_command")
        self._list_available = bool(self.opts["plugin_conf"]["package_state_enable"]
                                    and self.opts["plugin_conf"]["package_state_opts"].get("available_pkgs"))

    def configure(self):
        template = self.opts.get("dnf.conf") or self.opts.get("yum.conf", "")
        self.root.write("etc/dnf/dnf.conf", expand(template, self.opts))
        for name, value in self.opts["dnf_vars"].items():
            self.root.write(f"etc/dnf/vars/{name}", f"{expand(value, self.opts)}\n")

    def run(self, command, *arguments):
        self.root.write(f"{HOME}/.rpmmacros", RPM_MACROS)
        env = {**self.opts["environment"], "HOME": self.root.inside(HOME), "LC_MESSAGES": "C.UTF-8"}
        program = self._builddep if command == "builddep" and self._builddep else self._program
        with self._cache() as cache:
            line = [program, command, *self._options(cache), *arguments]
            try:
                output = process.run(line, logs.root, code=UNRESOLVED, env=env)[1]
            except FileNotFoundError as problem:
                if "builddep" not in str(problem):
                    raise
                print(problem)
                print("Error:      Neither dnf-utils nor yum-utils are installed. "
                      "Dnf-utils or yum-utils are needed to complete this action.")
                raise SystemExit(NO_BUILDDEP) from problem
            if self._list_available and self.opts["online"]:
                self._save_available(cache, env)
        return output

    def _save_available(self, cache, env):
        """mock's plugin package_state."""
        logs.start("Outputting list of available packages")
        query = shlex.join([self._program, "repoquery", *self._options(cache)])
        target = shlex.quote(os.path.join(self.root.result_dir, "available_pkgs.log"))
        process.run(["sh", "-c", f"{query} | sort > {target}"], logs.root, env=env)
        self._list_available = False
        logs.finish("Outputting list of available packages")

    def _options(self, cache):
        options = ["--installroot", self.root.path + "/", f"--setopt=cachedir={cache}"]
        if self.opts["releasever"]:
            options += ["--releasever", str(self.root.option("releasever"))]
        if self.opts["forcearch"]:
            options += ["--forcearch", self.opts["forcearch"]]
        if not self.opts["online"]:
            options.append("-C")
        options += [f"--disableplugin={name}" for name in self.opts["dnf_disable_plugins"]]
        return [*options, "-y", *self.opts["dnf_common_opts"]]

    @contextlib.contextmanager
    def _cache(self):
        """The metadata cache that all build roots of a configuration share, one dnf at a time.

        dnf's own locks hold process ids, which mean nothing in another PID namespace.
        """
        cache = os.path.join(self.root.cache_dir, "dnf_cache")
        os.makedirs(cache, exist_ok=True)
        with open(cache + ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield cache

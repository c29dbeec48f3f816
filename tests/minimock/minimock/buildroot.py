"""The build root: its place, lock, contents and end; and commands that run in it."""
import contextlib
import fcntl
import glob
import os
import shutil
import signal
import stat
import subprocess

from . import logs, process
from .config import expand
from .failure import BAD_LVM, BAD_RESULT_DIR, LOCKED, Failure
from .overlay import Overlay

DEVICES = {"null": (0o666, 1, 3), "zero": (0o666, 1, 5), "full": (0o666, 1, 7), "random": (0o666, 1, 8),
           "urandom": (0o444, 1, 9), "tty": (0o666, 5, 0)}
DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2", "shm": "../tmp"}
SYSTEM_FOLDERS = """dev etc/dnf/vars etc/rpm etc/yum.repos.d proc sys tmp var/cache/dnf var/lib/rpm var/log
    var/tmp""".split()
BUILD_FOLDERS = "BUILD BUILDROOT RPMS SOURCES SPECS SRPMS originals".split()
HOSTS = "127.0.0.1 localhost localhost.localdomain mock\n::1 localhost localhost6\n"
# Of one command. PID 1 is a shell: --kill-child has no effect on a process that changes its uid.
NAMESPACES = ["unshare", "--mount", "--ipc", "--uts", "--pid", "--fork", "--kill-child"]
WEAK_NAMESPACES = ["unshare", "--mount", "--uts"]
ENTER = 'mount -t proc proc "$0/proc" && hostname mock; chroot "$0" "$@"; exit $?'
WEAK_ENTER = 'mount -t proc proc "$0/proc" && hostname mock; exec chroot "$0" "$@"'


class Buildroot:
    def __init__(self, opts):
        self.opts = opts
        self.config_name = self.option("root")
        extension = opts.get("unique-ext")
        opts["root"] = f"{self.config_name}-{extension}" if extension else self.config_name
        self.base = os.path.join(self.option("basedir"), opts["root"])
        self.path = self.option("rootdir")
        self.result_dir = self.option("resultdir")
        self.cache_dir = os.path.join(self.option("cache_topdir"), self.config_name)
        self.home = opts["chroothome"]
        self.build_dir = self.home + "/build"
        self.uid, self.gid = opts["chrootuid"], opts["chrootgid"]
        self.overlay = Overlay(self)
        self._refuse_lvm()
        self._lock_file = None

    def _refuse_lvm(self):
        plugin = self.opts["plugin_conf"]
        if plugin["lvm_root_enable"]:
            missing = not plugin["lvm_root_opts"].get("volume_group")
            raise Failure("Volume group must be specified" if missing else "This stand-in has no LVM.", BAD_LVM)

    def option(self, key):
        return expand(self.opts[key], self.opts)

    def inside(self, path):
        """The place on the host of a path in the build root."""
        return self.path + "/" + path.lstrip("/")

    def lock(self):
        """The lock file is beside the base folder and never removed: there is no race with --clean."""
        os.makedirs(os.path.dirname(self.base), exist_ok=True)
        self._lock_file = self._lock_file or open("%s/.%s.lock" % os.path.split(self.base), "a+")
        try:
            fcntl.lockf(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failure("Build root is locked by another process.", LOCKED) from None

    def clean(self):
        with logs.phase("clean chroot"):
            if os.path.exists(self.base):
                if os.path.ismount(self.path):
                    process.run(["umount", "-l", self.path], logs.root, check=False)
                shutil.rmtree(self.base)
            self.overlay.throw_away()

    def open_results(self):
        """Makes the result directory as the calling user, as mock does, and starts the logs in it."""
        if not os.path.isdir(self.result_dir):
            # By a child: a change of its own uid would cost this process its parent-death signal.
            made = subprocess.run([*self._as_user(), "mkdir", "-p", "--", self.result_dir],
                                  capture_output=True, text=True, check=False)
            if made.returncode:
                raise Failure("Could not create output directory for built rpms. "
                              f"The directory specified was:\n    {self.result_dir}\n{made.stderr}",
                              BAD_RESULT_DIR)
        try:
            logs.to_files(self.result_dir, self.uid, self.gid)
        except OSError as problem:
            raise Failure(f"Could not write logs into {self.result_dir}: {problem}",
                          BAD_RESULT_DIR) from problem

    def _as_user(self):
        return ["/usr/bin/setpriv", f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]

    def write(self, path, text):
        file = self.inside(path)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        if os.path.islink(file):
            os.unlink(file)  # never write through a link of the build root into the host
        with open(file, "w") as out:
            out.write(text)

    def make_folders(self):
        for folder in SYSTEM_FOLDERS + self.opts["extra_chroot_dirs"]:
            os.makedirs(self.inside(folder), exist_ok=True)
        for name, (mode, major, minor) in DEVICES.items():
            device = self.inside("dev/" + name)
            if not os.path.exists(device):
                os.mknod(device, stat.S_IFCHR | mode, os.makedev(major, minor))
                os.chmod(device, mode)
        for name, target in DEVICE_LINKS.items():
            if not os.path.lexists(self.inside("dev/" + name)):
                os.symlink(target, self.inside("dev/" + name))

    def make_user(self):
        """The account that builds, and an empty home for it."""
        user, group = self.opts["chrootuser"], self.opts["chrootgroup"]
        self._replace_line("etc/passwd", user, f"{user}:x:{self.uid}:{self.gid}::{self.home}:/bin/bash\n")
        self._replace_line("etc/group", group, f"{group}:x:{self.gid}:\n")
        self.write("etc/resolv.conf", "")
        self.write("etc/hosts", HOSTS)
        for path, text in self.opts["files"].items():
            self.write(path, text)
        if os.path.exists(self.inside(self.home)):
            shutil.rmtree(self.inside(self.home))
        for folder in BUILD_FOLDERS:
            os.makedirs(self.inside(f"{self.build_dir}/{folder}"))
        self.write(self.home + "/.rpmmacros",
                   "".join(f"{name} {value}\n" for name, value in self.opts["macros"].items()))
        self.give_home_to_user()

    def _replace_line(self, path, key, line):
        file = self.inside(path)
        old = open(file).readlines() if os.path.exists(file) else []
        self.write(path, "".join(x for x in old if not x.startswith(key + ":")) + line)

    def give_home_to_user(self):
        for folder, _, files in os.walk(self.inside(self.home)):
            for path in [folder, *(os.path.join(folder, name) for name in files)]:
                os.lchown(path, self.uid, self.gid)

    def run(self, command, log=logs.root, *, as_user=True, network=False, **options):
        """Runs a command in the build root, in namespaces of its own: what it leaves running ends with it."""
        env = {key: str(expand(value, self.opts)) for key, value in self.opts["environment"].items()}
        drop = [*self._as_user(), "--no-new-privs"] if as_user else []
        isolation = NAMESPACES + ([] if network or self.opts["rpmbuild_networking"] else ["--net"])
        enter = ENTER
        if process.WEAK:
            isolation, enter = WEAK_NAMESPACES, WEAK_ENTER
        line = [*isolation, "sh", "-c", enter, self.path, *drop, *command]
        return process.run(line, log, env=env, **options)

    def kill_orphans(self):
        """Ends the processes that have this build root as their root."""
        if not os.path.exists(self.path):
            return
        for root in glob.glob("/proc/[0-9]*/root"):
            with contextlib.suppress(OSError):  # it may end by itself meanwhile
                if os.path.samefile(root, self.path):
                    pid = int(root.split("/")[2])
                    logs.console.warning("Leftover process %d is being killed with signal 9", pid)
                    os.kill(pid, signal.SIGKILL)

"""Fills a build root: from the root cache, or by installing chroot_setup_cmd's packages."""
import contextlib
import fcntl
import glob
import os
import shutil
import subprocess
import tempfile

from . import logs, process
from .config import expand
from .failure import NO_BOOTSTRAP, Failure

INITIALIZED = ".initialized"
PODMAN = "/usr/bin/podman"


def check_bootstrap(opts):
    """mock would unpack an image here, and install the build root from inside it."""
    if not (opts["use_bootstrap"] and opts["use_bootstrap_image"]):
        return
    problem = _image_problem(opts["bootstrap_image"])
    if not opts["bootstrap_image_fallback"]:
        raise Failure(problem, NO_BOOTSTRAP)
    logs.console.warning("%s: not bootstrapping from an image", problem)


def _image_problem(image):
    if not os.path.exists(PODMAN):
        return f"'{PODMAN}' not installed"
    asked = subprocess.run([PODMAN, "image", "inspect", image], capture_output=True, text=True, check=False)
    return asked.stderr.strip() or "This stand-in has no bootstrap root."


def init(buildroot, dnf):
    check_bootstrap(buildroot.opts)
    with logs.phase("chroot init", finish_on_failure=False):
        os.makedirs(buildroot.path, exist_ok=True)
        _mount_tmpfs(buildroot)
        buildroot.overlay.mount()
        _save_hardware_info(buildroot)
        is_new = not os.path.exists(buildroot.inside(INITIALIZED))
        if is_new:
            _fill(buildroot, dnf)
        else:
            _configure(buildroot, dnf)
        if buildroot.opts["update_before_build"] and buildroot.opts["online"] and buildroot.opts["clean"]:
            _update(buildroot, dnf)
        buildroot.make_user()
        buildroot.write(INITIALIZED, "")
        buildroot.overlay.keep_first_init()


def _configure(buildroot, dnf):
    buildroot.make_folders()
    dnf.configure()


def _fill(buildroot, dnf):
    if not buildroot.opts["plugin_conf"]["root_cache_enable"]:
        _configure(buildroot, dnf)
        _install_base(buildroot, dnf)
        return
    cache = RootCache(buildroot)
    if not cache.is_fresh():
        # The first of several mocks makes the cache, and the others wait: quicker than all making one.
        with cache.locked():
            if not cache.is_fresh():
                cache.remove_partial()
                _configure(buildroot, dnf)
                _install_base(buildroot, dnf)
                cache.save()
                return
    cache.unpack()
    _configure(buildroot, dnf)


def _install_base(buildroot, dnf):
    with logs.phase("installing minimal buildroot with dnf", finish_on_failure=False):
        command = buildroot.option("chroot_setup_cmd")
        dnf.run(*(command.split() if isinstance(command, str) else command))
        if buildroot.opts["chroot_additional_packages"]:
            dnf.run("install", *buildroot.opts["chroot_additional_packages"])


def _update(buildroot, dnf):
    with logs.phase("dnf update", finish_on_failure=False):
        dnf.run("update")


def _save_hardware_info(buildroot):
    script = "lscpu; printf '\\nMemory info:\\n'; free; printf '\\nStorage info:\\n'; df -H \"$0\""
    asked = subprocess.run(["sh", "-c", script, buildroot.path], capture_output=True, text=True, check=False)
    save_result(buildroot, "hw_info.log", "CPU info:\n" + asked.stdout)


def save_result(buildroot, name, text):
    path = os.path.join(buildroot.result_dir, name)
    with open(path, "w") as file:
        file.write(text)
    os.chown(path, buildroot.uid, buildroot.gid)


def _mount_tmpfs(buildroot):
    """mock's tmpfs plugin. The mount is private to this mock and goes with it."""
    conf = buildroot.opts["plugin_conf"]
    if not conf["tmpfs_enable"] or os.path.ismount(buildroot.path):
        return
    plugin = conf["tmpfs_opts"]
    with open("/proc/meminfo") as meminfo:
        ram_mb = int(meminfo.readline().split()[1]) // 1024
    if ram_mb < int(plugin["required_ram_mb"]):
        logs.console.warning("No tmpfs: %d MB of memory, %s required", ram_mb, plugin["required_ram_mb"])
        return
    options = f"mode={plugin['mode']},nr_inodes=0"
    if plugin["max_fs_size"]:
        options += f",size={plugin['max_fs_size']}"
    process.run(["mount", "-t", "tmpfs", "-o", options, "mock_chroot_tmpfs", buildroot.path], logs.root)


class RootCache:
    """A tarball of the freshly installed build root, shared by all mocks with this configuration."""

    def __init__(self, buildroot):
        self._buildroot = buildroot
        configured = buildroot.opts["plugin_conf"]["root_cache_opts"].get("dir")
        self._folder = expand(configured, buildroot.opts) or os.path.join(buildroot.cache_dir, "root_cache")
        self._tarball = os.path.join(self._folder, "cache.tar.gz")
        os.makedirs(self._folder, exist_ok=True)

    @contextlib.contextmanager
    def locked(self):
        with open(os.path.join(self._folder, ".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def is_fresh(self):
        """Whether there is a tarball. mock drops it when it is older than a configuration file."""
        return os.path.exists(self._tarball)

    def unpack(self):
        with logs.phase("unpacking root cache", finish_on_failure=False):
            self._tar("-xf", self._tarball)

    def remove_partial(self):
        """What a mock that was killed while it wrote has left. Only for the holder of the lock."""
        for path in glob.glob(os.path.join(self._folder, "partial-*")):
            os.unlink(path)

    def save(self):
        """Written beside and renamed: whoever unpacks meanwhile has the whole old one."""
        with logs.phase("creating root cache", finish_on_failure=False):
            handle, partial = tempfile.mkstemp(dir=self._folder, prefix="partial-")
            os.close(handle)
            try:
                self._tar("--one-file-system", "-cf", partial)
                os.rename(partial, self._tarball)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(partial)

    def _tar(self, *arguments):
        compressor = (shutil.which("pigz") or "gzip") + " -1"  # speed counts, the cache is read once a build
        process.run(["tar", f"--use-compress-program={compressor}", *arguments, "-C", self._buildroot.path]
                    + (["."] if "-cf" in arguments else []), logs.root)

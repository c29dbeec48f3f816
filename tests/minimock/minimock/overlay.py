"""mock's overlayfs plugin: the root as it was after its first init, under a layer that --clean throws away.

Folders as mock's plugin has them: BASE_DIR/CONFIG/layers/LAYER/fs. A mount is private to this mock and goes with it.
"""
import os
import shutil

from . import logs, process
from .config import expand

POSTINIT = "postinit"
UPPER = "upper"


class Overlay:
    def __init__(self, buildroot):
        self._buildroot = buildroot
        conf = buildroot.opts["plugin_conf"]
        self.enabled = bool(conf["overlayfs_enable"])
        base_dir = expand(conf["overlayfs_opts"].get("base_dir", ""), buildroot.opts)
        self._folder = os.path.join(base_dir, buildroot.config_name)

    def mount(self):
        if not self.enabled or os.path.ismount(self._buildroot.path):
            return
        work = os.path.join(self._folder, "workdir")
        shutil.rmtree(work, ignore_errors=True)
        lower = self._layer(POSTINIT if self.has_snapshot() else "base")
        for folder in (work, lower, self._layer(UPPER)):
            os.makedirs(folder, exist_ok=True)
        process.run(["mount", "-t", "overlay", "overlay",
                     f"-olowerdir={lower},upperdir={self._layer(UPPER)},workdir={work}", self._buildroot.path],
                    logs.root)

    def has_snapshot(self):
        return os.path.exists(self._layer(POSTINIT))

    def keep_first_init(self):
        """What the first init made is the snapshot; what follows goes into a new layer."""
        if not self.enabled or self.has_snapshot():
            return
        process.run(["umount", self._buildroot.path], logs.root)
        os.rename(os.path.dirname(self._layer(UPPER)), os.path.dirname(self._layer(POSTINIT)))
        self.mount()

    def throw_away(self):
        """Back to the snapshot. The root must not be mounted."""
        if self.enabled:
            shutil.rmtree(os.path.dirname(self._layer(UPPER)), ignore_errors=True)

    def _layer(self, name):
        return os.path.join(self._folder, "layers", name, "fs")

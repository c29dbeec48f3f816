"""Which file of the root file system goes into which RPM."""
import os
import re
import stat

BASE = "filesystem"  # the RPM that owns what no Debian package owns

# State of dpkg, apt and of the machine, not of the distribution.
SKIPPED = re.compile(
    r"^/(mini|proc|sys|dev|run|tmp|boot|home|root|media|mnt|srv|opt)(/|$)"
    r"|^/var/(lib/(dpkg|apt|pam|systemd)|cache|log|backups)(/|$)"
    r"|^/etc/(apt|resolv\.conf|hostname|ld\.so\.cache|machine-id)|__pycache__|/\.lock$")
BASE_FOLDERS = """/proc /sys /dev /run /tmp /root /home /var/cache /var/log /var/tmp /var/lib/rpm /usr/lib64
    /etc/rpm""".split()
LIB64_CONF = "/etc/ld.so.conf.d/lib64.conf"
LINK_DEPTH_MAX = 9


class Slicer:
    """Hands every file of `rootfs` to one package: {package name: paths}."""

    def __init__(self, rootfs, debian_packages):
        self.rootfs = str(rootfs)
        self.files = {name: set() for name in [BASE, *debian_packages]}
        self._real_folders = {"/": "/"}
        self._owner = {}
        for name, package in debian_packages.items():
            self._take_listed(name, package.files)
        self._take_unowned()
        self._give_sh_to_bash()
        self._give_base_folders()

    def _take_listed(self, name, paths):
        for path in sorted(paths):
            if os.path.lexists(self.rootfs + path) and not SKIPPED.search(path):
                path = self._real(path)
                self.files[name].add(path)
                self._owner.setdefault(path, name)

    def _take_unowned(self):
        """What maintainer scripts made: a link (alternatives) goes with its target, the rest to the base."""
        for folder, subfolders, names in os.walk(self.rootfs):
            inside = folder[len(self.rootfs):]
            subfolders[:] = [x for x in subfolders if not SKIPPED.search(f"{inside}/{x}")]
            links = [x for x in subfolders if os.path.islink(f"{folder}/{x}")]
            for path in (f"{inside}/{x}" for x in names + links):
                if path not in self._owner and not SKIPPED.search(path):
                    self.files[self._owner_of_target(path)].add(path)

    def _owner_of_target(self, path):
        owner = BASE
        for _ in range(LINK_DEPTH_MAX):
            if not os.path.islink(self.rootfs + path):
                break
            target = os.path.join(os.path.dirname(path), os.readlink(self.rootfs + path))
            path = self._real(os.path.normpath(target))
            owner = self._owner.get(path, owner)
        return owner

    def _real(self, path):
        """The path with the links among its folders resolved: /bin/ls is packaged as /usr/bin/ls."""
        folder, name = os.path.split(path)
        if folder not in self._real_folders:
            self._real_folders[folder] = os.path.realpath(self.rootfs + folder)[len(self.rootfs):]
        return os.path.join(self._real_folders[folder], name)

    def _give_sh_to_bash(self):
        """rpm runs scriptlets with /bin/sh, and Fedora's specs are written for bash."""
        os.remove(self.rootfs + "/usr/bin/sh")
        os.symlink("bash", self.rootfs + "/usr/bin/sh")
        self.files["dash"].discard("/usr/bin/sh")
        self.files["bash"].add("/usr/bin/sh")

    def _give_base_folders(self):
        for folder in BASE_FOLDERS:
            os.makedirs(self.rootfs + folder, exist_ok=True)
        with open(self.rootfs + LIB64_CONF, "w") as conf:
            conf.write("/usr/lib64\n")  # Debian's linker does not look there by itself
        top = {f"/{x}" for x in os.listdir(self.rootfs) if os.path.islink(f"{self.rootfs}/{x}")}
        top |= {"/usr", "/etc", "/var"}
        for paths in self.files.values():
            paths -= top
        self.files[BASE] |= top | set(BASE_FOLDERS) | {LIB64_CONF}

    def file_list(self, name):
        """The lines of the package's %files."""
        return "".join(line for path in sorted(self.files[name]) if (line := self._entry(path)))

    def _entry(self, path):
        mode = os.lstat(self.rootfs + path).st_mode if os.path.lexists(self.rootfs + path) else 0
        quoted = '"%s"' % path.replace("%", "%%")  # rpm 4.20 takes what is quoted literally
        if stat.S_ISLNK(mode):
            return f"%attr(-,root,root) {quoted}\n"
        if stat.S_ISDIR(mode):
            return f"%dir %attr({mode & 0o7777:o},root,root) {quoted}\n"
        if stat.S_ISREG(mode):
            # rpm looks for sonames in executable files only; Debian's libraries are 0644.
            executable = 0o111 if re.search(r"\.so(\.|$)", path) else 0
            return f"%attr({mode & 0o7777 | executable:o},root,root) {quoted}\n"
        return ""

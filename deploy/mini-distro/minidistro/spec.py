"""The one spec file, with a subpackage for each Debian package, that packs the mini distribution."""
import os
import re

from . import packages, slices

# Built from finished files: nothing is compiled, stripped or checked. The build time and host are fixed, so
# that the same root file system gives the same RPMs to the last bit.
PREAMBLE = f"""\
Name: {slices.BASE}
Version: 1
Release: 0.{packages.DIST}
Summary: Base of the mini distribution
License: Various
AutoReqProv: no
Provides: system-release = 1
Provides: system-release(releasever) = 1
%global debug_package %{{nil}}
%global __os_install_post %{{nil}}
%global _build_id_links none
%global _unpackaged_files_terminate_build 0
%global _missing_build_ids_terminate_build 0
%global _binary_payload w3T0.zstdio
%global __spec_install_pre %{{___build_pre}}
%global _buildhost mini
%global use_source_date_epoch_as_buildtime 1
%global build_mtime_policy clamp_to_source_date_epoch
%description
What no other package of the mini distribution owns.
%install
rm -rf %{{buildroot}}
mkdir -p %{{buildroot}}
cd /
cp -al $(ls -A / | grep -vxE 'mini|proc|sys|dev|run|tmp') %{{buildroot}}/
cd %{{buildroot}}
mkdir -p proc sys dev run tmp
%files -f /mini/{slices.BASE}.lst
"""

# The only scriptlets of the distribution. Not "-p ldconfig": that would be called with rpm's arguments.
LIBRARY_FOLDERS = "/usr/lib /usr/lib64 /usr/local/lib /etc/ld.so.conf.d"
LDCONFIG_TRIGGERS = "".join(f"%{kind} -n libc-bin -P 2000000 -- {LIBRARY_FOLDERS}\n/usr/sbin/ldconfig\n"
                            for kind in ("transfiletriggerin", "transfiletriggerpostun"))


def write(work, slicer, debian_packages):
    """Writes mini.spec and the file lists that it names into `work`."""
    sections = [PREAMBLE, *(_debian_section(p, slicer) for p in debian_packages.values())]
    sections += [_meta_section(name, requires) for name, requires in _metapackages(debian_packages).items()]
    (work / "mini.spec").write_text("\n".join(sections))
    for name in slicer.files:
        (work / f"{packages.mini_name(name)}.lst").write_text(slicer.file_list(name))


def _debian_section(package, slicer):
    name = packages.mini_name(package.name)
    version, release = packages.rpm_version(package.version)
    lines = [f"%package -n {name}", f"Version: {version}", f"Release: {release}",
             "Summary: " + package.summary.replace("%", "%%"), "AutoReq: no", "AutoProv: yes",
             f"Requires: {slices.BASE}"]
    lines += [f"Requires: {packages.mini_name(required)}" for required in sorted(package.requires)]
    lines += [line for provided in packages.fedora_names(package.name)
              for line in _provides(provided, f"{version}-{release}")]
    lines += _pkgconfig_provides(slicer, package.name)
    if package.name == "libc-bin":
        lines.append(LDCONFIG_TRIGGERS)
    lines += [f"%description -n {name}", f"Debian's {package.name} {package.version}.",
              f"%files -n {name} -f /mini/{name}.lst"]
    return "\n".join(lines) + "\n"


def _provides(name, evr):
    if name.startswith("/") or "(" in name:
        return [f"Provides: {name}"]
    return [f"Provides: {name} = {evr}", f"Provides: {name}%{{?_isa}} = {evr}"]


def _pkgconfig_provides(slicer, name):
    provides = []
    for path in sorted(slicer.files[name]):
        if path.endswith(".pc"):
            with open(slicer.rootfs + path) as file:
                version = re.search(r"(?m)^Version: *([\w.]+)$", file.read())
            module = os.path.basename(path).removesuffix(".pc")
            provides.append(f"Provides: pkgconfig({module})" + (f" = {version[1]}" if version else ""))
    return provides


def _metapackages(debian_packages):
    """Packages instead of comps groups: groups match names only, and `install @group` crashes dnf 4.23."""
    essential = {name for name, package in debian_packages.items() if package.essential}
    return {
        "redhat-rpm-config": {"debugedit", "elfutils"},
        "buildsys-build": essential | set(packages.BUILD_BASE) & set(debian_packages) | {"redhat-rpm-config"},
        "mini-client": set(packages.CLIENT_BASE) & set(debian_packages),
    }


def _meta_section(name, requires):
    lines = [f"%package -n {name}", f"Summary: {name} of the mini distribution"]
    lines += [f"Requires: {packages.mini_name(required)}" for required in sorted(requires)]
    lines += [f"%description -n {name}", f"Metapackage {name}.", f"%files -n {name}"]
    return "\n".join(lines) + "\n"

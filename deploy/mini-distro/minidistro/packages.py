"""Which Debian packages the mini distribution holds, and what they are called in it."""
import re

SUITE = "trixie"
DIST = "mini1"

BUILD_BASE = """
    base-files base-passwd bash binutils bzip2 coreutils cpio dash debianutils debugedit diffutils elfutils
    file findutils g++ gawk gcc grep gzip hostname info libc-bin login make passwd patch perl pkgconf procps
    rpm sed tar unzip util-linux which xz-utils zstd
""".split()

BUILD_TOOLS = """
    autoconf automake bison cmake flex gettext libtool m4 nasm ninja-build python3
    libbz2-dev libexpat1-dev liblz4-dev liblzma-dev libncurses-dev libogg-dev libpcre2-dev libpng-dev
    libreadline-dev libsqlite3-dev libssl-dev libxxhash-dev libzstd-dev zlib1g-dev
""".split()

# What `install mini-client` brings: a machine of a user, with this distribution's own dnf.
CLIENT_BASE = """
    base-files base-passwd bash bzip2 coreutils debianutils diffutils dnf dnf-plugins-core findutils grep gzip
    hostname libc-bin procps python3-dnf python3-systemd rpm sed tar util-linux xz-utils zstd
""".split()

# Packages whose programs or headers a farm is likely to rebuild itself get Fedora's *name*: Fedora's xz and
# Debian's xz-utils both hold /usr/bin/xz, and only an upgrade within one name replaces it without a conflict.
# (bzip2, zstd and lz4 have one name in both.) Run-time libraries keep Debian's names: theirs are in
# /usr/lib/x86_64-linux-gnu, Fedora's in /usr/lib64, so both can be installed, and what Debian linked against
# its own soname (libbz2.so.1.0, where Fedora has libbz2.so.1) goes on working.
RENAMED = {
    "libbz2-dev": "bzip2-devel",
    "liblz4-dev": "lz4-devel",
    "liblzma-dev": "xz-devel",
    "libogg-dev": "libogg-devel",
    "libpng-dev": "libpng-devel",
    "libxxhash-dev": "xxhash-devel",
    "libzstd-dev": "libzstd-devel",
    "xz-utils": "xz",
    "zlib1g-dev": "zlib-devel",
}

# What specs of Fedora ask for, where Debian's name differs. Names that begin with / or hold a bracket have
# no version.
PROVIDES = {
    "bash": "/bin/bash /bin/sh",
    "debianutils": "which",
    "dnf-plugins-core": "python3-dnf-plugins-core",
    "g++": "gcc-c++",
    "gettext": "gettext-devel",
    "libc-bin": "glibc-common /sbin/ldconfig",
    "libc6": "glibc rtld(GNU_HASH)",
    "libc6-dev": "glibc-devel glibc-headers",
    "libcurl4-openssl-dev": "libcurl-devel",
    "libexpat1-dev": "expat-devel",
    "libjpeg62-turbo-dev": "libjpeg-turbo-devel",
    "libsqlite3-dev": "sqlite-devel",
    "libssl-dev": "openssl-devel",
    "libstdc++-14-dev": "libstdc++-devel",
    "ninja-build": "ninja",
    "passwd": "shadow-utils",
    "perl": "perl-interpreter perl-devel perl-generators",
    "pkgconf": "pkgconfig pkgconf-pkg-config",
    "procps": "procps-ng",
    "python3": "/bin/python3",
    "rpm": "rpm-build",
    "sqlite3": "sqlite",
}


def wanted(extra):
    """The Debian packages to ask for; their dependencies come with them."""
    return sorted({*BUILD_BASE, *BUILD_TOOLS, *CLIENT_BASE, *extra})


def mini_name(debian_name):
    return RENAMED.get(debian_name, debian_name)


def fedora_names(debian_name):
    """All names that the package provides besides its own one in the mini distribution."""
    names = {debian_name, *PROVIDES.get(debian_name, "").split()}
    if debian_name.endswith("-dev"):
        stem = debian_name.removesuffix("-dev")
        for library in (stem, stem.removeprefix("lib")):
            names |= {f"{library}-devel", re.sub(r"[\d.]+$", "", library) + "-devel"}
    return sorted(names - {mini_name(debian_name)})


def rpm_version(debian_version):
    """(Version, Release) for an RPM of a Debian version.

    The release begins with 0, and Debian's marks for a repacked source are dropped ("1.5.7+dfsg" sorts above
    "1.5.7"), so that what a farm builds as release 1 of the same upstream version is always the newer one.
    """
    without_epoch = re.sub(r"^\d+:", "", debian_version)
    upstream, _, revision = without_epoch.rpartition("-")
    if not upstream:
        upstream, revision = revision, "0"
    upstream = upstream.partition("+really")[2] or upstream
    upstream = re.sub(r"[.+~](dfsg|ds|repack)[\d.]*$", "", upstream)
    return upstream.replace("-", "."), f"0.{revision}.{DIST}"

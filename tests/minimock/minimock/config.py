"""mock's configuration: Python files that fill `config_opts`, whose strings are Jinja2 templates."""
import ast
import os
import re

import jinja2

from .failure import BAD_CONFIG, Failure

EXPANSIONS_MAX = 5  # a template may yield a template
PLUGINS = "bind_mount ccache compress_logs hw_info lvm_root overlayfs package_state root_cache tmpfs yum_cache".split()


def defaults(uid, gid):
    """The options of mock that this stand-in knows; configurations may set others, they are ignored."""
    return {
        "basedir": "/var/lib/mock",
        "bootstrap_image": "fedora:latest",
        "bootstrap_image_fallback": True,
        "cache_topdir": "/var/cache/mock",
        "check": True,
        "chroot_additional_packages": [],
        "chroot_setup_cmd": "groupinstall buildsys-build",
        "chrootgid": gid,
        "chrootgroup": "mock",
        "chroothome": "/builddir",
        "chrootuid": uid,
        "chrootuser": "mockbuild",
        "clean": True,
        "cleanup_on_failure": True,
        "cleanup_on_success": True,
        "config_paths": [],
        "dnf4_command": "/usr/bin/dnf-3",
        "dnf5_command": "/usr/bin/dnf5",
        # The plugin "local" would keep a copy of every package on the host, and install from that.
        "dnf_disable_plugins": ["local", "spacewalk", "versionlock"],
        "dnf_common_opts": ["--setopt=deltarpm=False", "--setopt=allow_vendor_change=yes", "--allowerasing"],
        "dnf_vars": {},
        "dynamic_buildrequires": True,
        "dynamic_buildrequires_max_loops": 10,
        "environment": {"TERM": "vt100", "SHELL": "/bin/bash", "HOME": "/builddir", "HOSTNAME": "mock",
                        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"},
        "external_buildrequires": False,
        "extra_chroot_dirs": [],
        "files": {},
        "forcearch": None,
        "legal_host_arches": None,
        "macros": {"%_topdir": "/builddir/build",
                   "%_rpmfilename": "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm"},
        "online": True,
        "package_manager": "dnf4",
        "plugin_conf": _plugin_defaults(),
        "releasever": None,
        "resultdir": "{{basedir}}/{{root}}/result",
        "rootdir": "{{basedir}}/{{root}}/root",
        "rpmbuild_arch": None,
        "rpmbuild_command": "/usr/bin/rpmbuild",
        "rpmbuild_networking": False,
        "rpmbuild_timeout": 0,
        "target_arch": "i386",
        "update_before_build": True,
        # True in mock. Of bootstrapping only what makes it fail is here.
        "use_bootstrap": False,
        "use_bootstrap_image": False,
        "user_agent": "Mock ({{ root }}; {{ target_arch }})",
    }


def _plugin_defaults():
    conf = {f"{plugin}_enable": plugin == "root_cache" for plugin in PLUGINS}
    conf |= {f"{plugin}_opts": {} for plugin in PLUGINS}
    conf["tmpfs_opts"] = {"required_ram_mb": 900, "max_fs_size": None, "mode": "0755"}
    return conf


def load(name, config_dir, opts):
    """Fills `opts` from the site's defaults and from the configuration `name`: a path, or in config_dir."""
    path = os.path.abspath(name) if name.endswith(".cfg") else os.path.join(config_dir, name + ".cfg")
    if not os.path.exists(path):
        raise Failure(f"Could not find required config file: {path}", BAD_CONFIG)
    site_defaults = os.path.join(config_dir, "site-defaults.cfg")
    for file in [site_defaults] * os.path.exists(site_defaults) + [path]:
        _execute(file, config_dir, opts)
    if "root" not in opts:
        raise Failure("Error in configuration - option config_opts['root'] must be present in your config.",
                      BAD_CONFIG)


def _execute(path, config_dir, opts):
    try:
        exec(compile(_text(path, config_dir, opts), path, "exec"), {"config_opts": opts})  # as mock does
    except Failure:
        raise
    except Exception as problem:
        raise Failure(f"Config error: {path}: {problem}", BAD_CONFIG) from problem


def _text(path, config_dir, opts):
    """The file's text, each include('...') replaced by that file's text; mock does it before it runs any."""
    if not os.path.exists(path):
        raise Failure(f"Could not find included config file: {path}", BAD_CONFIG)
    opts["config_paths"].append(path)

    def included(match):
        return _text(os.path.join(config_dir, ast.literal_eval(match[1])), config_dir, opts)

    with open(path) as file:
        return re.sub(r"(?m)^\s*include\((.*)\)", included, file.read())


def expand(value, opts):
    """The value with its templates rendered; anything but a string is returned as it is."""
    if not isinstance(value, str) or "{" not in value:
        return value
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    try:
        for _ in range(EXPANSIONS_MAX):
            rendered = environment.from_string(value).render(opts)
            if rendered == value:
                break
            value = rendered
    except jinja2.TemplateError as problem:
        raise Failure(f"Config error: {problem}", BAD_CONFIG) from problem
    return value


def set_option(opts, assignment):
    """--config-opts KEY=VALUE"""
    key, _, text = assignment.partition("=")
    words = {"true": True, "false": False, "none": None}
    opts[key] = words.get(text.lower(), int(text) if re.fullmatch(r"-?\d+", text) else text)


def define_macro(opts, definition):
    """--define 'NAME EXPRESSION'"""
    parts = definition.strip().split(None, 1)
    if len(parts) != 2:
        raise ValueError(definition)
    opts["macros"]["%" + parts[0].lstrip("%")] = parts[1]

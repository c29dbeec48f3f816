"""mock's command line."""
import argparse
import os
import re

from . import VERSION
from .config import define_macro, set_option
from .failure import BAD_OPTION, Failure

MODES = "rebuild buildsrpm chroot clean copyin init install installdeps orphanskill".split()
SCRUBS = "all bootstrap c-cache cache chroot dnf-cache lvm overlayfs root-cache yum-cache".split()
WITH_VALUE = "arch configdir forcearch isolation resultdir rootdir sources spec target uniqueext".split()
REPEATED = "config-opts disable-plugin enable-plugin plugin-option with without".split()
FLAGS = "enable-network nocheck offline trace".split()
IGNORED = "bootstrap-chroot dnf no-bootstrap-chroot no-bootstrap-image old-chroot verbose".split()
ISOLATIONS = (None, "simple", "nspawn", "auto")


def parse(argv):
    parser = argparse.ArgumentParser(prog="mock", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=VERSION)
    for mode in MODES:
        parser.add_argument(f"--{mode}", dest="mode", action="store_const", const=mode)
    parser.set_defaults(mode="rebuild")
    parser.add_argument("-r", "--root", default="default")
    parser.add_argument("-D", "--define", action="append", default=[])
    parser.add_argument("-a", "--addrepo", action="append", default=[])
    parser.add_argument("-n", "--no-clean", dest="clean", action="store_false")
    parser.add_argument("--cleanup-after", action="store_true", default=None)
    parser.add_argument("-N", "--no-cleanup-after", dest="cleanup_after", action="store_false")
    parser.add_argument("-p", "--print-root-path", action="store_true")
    parser.add_argument("-q", "--quiet", action="store_true")
    parser.add_argument("--scrub", action="append", default=[], choices=SCRUBS)
    parser.add_argument("--rpmbuild_timeout", type=int)
    for name in WITH_VALUE:
        parser.add_argument(f"--{name}")
    for name in REPEATED:
        parser.add_argument(f"--{name}", action="append", default=[])
    for name in FLAGS + IGNORED:
        parser.add_argument(f"--{name}", action="store_true")
    # mock takes an option it does not know for the name of a package, and so do we.
    options, rest = parser.parse_known_args(argv)
    return options, rest[1:] if rest[:1] == ["--"] else rest


def apply(options, opts):
    """Puts what the command line says into the configuration."""
    if options.isolation not in ISOLATIONS:
        raise Failure(f"Bad option for '--isolation'. Unknown value: {options.isolation}", BAD_OPTION)
    for assignment in options.config_opts:
        set_option(opts, assignment)
    _apply_plugins(options, opts)
    _apply_macros(options, opts)
    for key, value in (("target_arch", options.arch), ("forcearch", options.forcearch),
                       ("rootdir", options.rootdir), ("unique-ext", options.uniqueext),
                       ("rpmbuild_timeout", options.rpmbuild_timeout)):
        if value is not None:
            opts[key] = value
    for url in options.addrepo:
        name = re.sub(r"\W", "_", url.split("://")[-1])
        opts["dnf.conf"] += f"\n[{name}]\nname={url}\nbaseurl={url}\nmetadata_expire=0\ngpgcheck=0\n"
    opts["rpmbuild_arch"] = options.target or opts["rpmbuild_arch"] or opts["target_arch"]
    opts["clean"] = opts["clean"] and options.clean
    opts["check"] = not options.nocheck
    opts["online"] = not options.offline
    opts["rpmbuild_networking"] |= options.enable_network
    _apply_result_dir(options, opts)


def _apply_plugins(options, opts):
    for plugin in options.enable_plugin:
        opts["plugin_conf"][f"{plugin}_enable"] = True
    for plugin in options.disable_plugin:
        opts["plugin_conf"][f"{plugin}_enable"] = False
    for setting in options.plugin_option:
        found = re.fullmatch(r"(\w+):(\w+)=(.*)", setting)
        if not found:
            raise Failure(f"Bad option for '--plugin-option' ({setting}): not plugin:key=value", BAD_OPTION)
        opts["plugin_conf"].setdefault(f"{found[1]}_opts", {})[found[2]] = found[3]


def _apply_macros(options, opts):
    conditionals = [f"_with_{name} --with-{name}" for name in getattr(options, "with")]
    conditionals += [f"_without_{name} --without-{name}" for name in options.without]
    for definition in options.define + conditionals:
        try:
            define_macro(opts, definition)
        except ValueError:
            raise Failure(f"Bad option for '--define' ({definition}).  Use --define 'macro expr'",
                          BAD_OPTION) from None


def _apply_result_dir(options, opts):
    """As in mock, what is not built for a --resultdir stays in the build root unless asked otherwise."""
    cleanup = options.cleanup_after
    if options.resultdir:
        opts["resultdir"] = os.path.abspath(os.path.expanduser(options.resultdir))
    elif cleanup is None:
        cleanup = False
    if cleanup is not None:
        opts["cleanup_on_success"] = opts["cleanup_on_failure"] = cleanup

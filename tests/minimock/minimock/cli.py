"""What each command of mock does."""
import glob
import grp
import os
import pwd
import shlex
import shutil
import sys
import time

from . import VERSION, arguments, build, config, logs, prepare, process
from .buildroot import Buildroot
from .dnf import Dnf
from .failure import BAD_HOST, BAD_OPTION, NO_PACKAGE, Failure


def main(argv):
    try:
        options, rest = arguments.parse(argv)
        logs.to_console(options.quiet)
        opts = config.defaults(*_calling_user())
        config.load(options.root, options.configdir or "/etc/mock", opts)
        arguments.apply(options, opts)
        _check_host(opts)
        buildroot = Buildroot(opts)
        if options.print_root_path:
            print(buildroot.path)
            return 0
        logs.console.info("mock.py version %s starting, args: %s", VERSION, shlex.join(argv))
        if options.mode == "orphanskill":
            buildroot.kill_orphans()
            return 0
        return process.run_contained(lambda: _guarded(options, rest, buildroot))
    except Failure as failure:
        return _report(failure)


def _guarded(options, rest, buildroot):
    """The exit code of the command; runs as PID 1 of a namespace, so nothing may escape as an exception."""
    try:
        os.umask(0o022)
        buildroot.lock()
        return _command(options, rest, buildroot)
    except Failure as failure:
        return _report(failure)
    except OSError as problem:
        logs.console.error("%s", problem)
        return 1
    except SystemExit as end:
        return end.code
    finally:
        sys.stdout.flush()


def _report(failure):
    logs.console.error("%s", failure)
    return failure.code


def _calling_user():
    """mock works as the user who called it through sudo, and refuses to work without one."""
    if os.getuid() != 0:
        raise Failure("this stand-in must be started by root, with SUDO_UID naming the user to build as")
    uid = os.environ.get("SUDO_UID") or os.environ.get("USERHELPER_UID")
    if not uid:
        raise Failure("mock will not run from the root account "
                      "(needs an unprivileged uid so it can drop privs)")
    try:
        return int(uid), grp.getgrnam("mock").gr_gid
    except KeyError:  # mock's package makes the group, and mock wants an account; here nothing depends on them
        accounts = [account.pw_gid for account in pwd.getpwall() if account.pw_uid == int(uid)]
        return int(uid), (accounts or [int(uid)])[0]


def _check_host(opts):
    legal, host = opts["legal_host_arches"], os.uname().machine
    if legal is not None and host not in legal and not opts["forcearch"]:
        raise Failure(f"Cannot build target {opts['rpmbuild_arch']} on arch {host}, because it is not listed in "
                      f"legal_host_arches {legal}", BAD_HOST)


def _command(options, rest, buildroot):
    if options.scrub or options.mode == "clean":
        return _clean(options, buildroot)
    dnf = Dnf(buildroot)
    if options.mode in ("rebuild", "installdeps", "buildsrpm"):
        return _build_all(options, _build_arguments(options, rest), buildroot, dnf)
    if options.mode == "init" and buildroot.opts["clean"]:
        buildroot.clean()
    _open(buildroot, dnf)
    if options.mode == "install":
        dnf.run("install", *(os.path.abspath(x) if os.path.exists(x) else x for x in rest))
    elif options.mode == "copyin":
        _copy_in(rest, buildroot)
    elif options.mode == "chroot":
        return buildroot.run(["/bin/sh", "-c", " ".join(rest)], logs.console, as_user=False, check=False)[0]
    return 0


def _open(buildroot, dnf):
    buildroot.open_results()
    prepare.init(buildroot, dnf)


def _clean(options, buildroot):
    buildroot.clean()
    patterns = {"all": "*", "cache": "*", "root-cache": "root_cache*", "dnf-cache": "dnf_cache"}
    for what in options.scrub:
        for folder in glob.glob(os.path.join(buildroot.cache_dir, patterns.get(what, "no such cache"))):
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _copy_in(paths, buildroot):
    if len(paths) < 2:
        raise Failure("Must have source and destinations for copyin", BAD_OPTION)
    *sources, target = paths
    target = buildroot.inside(target)
    for source in sources:
        if os.path.isdir(source):
            shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True)
        else:
            shutil.copy(source, target)


def _build_arguments(options, rest):
    """The source packages, or the spec; checked before anything is touched."""
    if options.mode == "buildsrpm":
        if not options.spec:
            raise Failure("Must specify both --spec and --sources with --buildsrpm", BAD_OPTION)
        for kind, path in (("specfile", options.spec), ("sources directory or file", options.sources)):
            if path and not os.path.exists(path):
                raise Failure(f"Input {kind} does not exist: {path}", BAD_OPTION)
        return [options.spec]
    if not rest:
        raise Failure("No package specified to rebuild command.", NO_PACKAGE)
    for srpm in rest:
        build.check_srpm(srpm)
    return rest


def _build_all(options, packages, buildroot, dnf):
    try:
        for package in packages:
            _build_one(options, package, buildroot, dnf)
    except Failure:
        logs.console.error("Exception(%s) Config(%s)", package, buildroot.config_name)
        logs.console.info("Results and/or logs in: %s", buildroot.result_dir)
        if buildroot.opts["cleanup_on_failure"]:
            buildroot.clean()
        raise
    if buildroot.opts["cleanup_on_success"] and options.mode != "installdeps":
        buildroot.clean()
    return 0


def _build_one(options, package, buildroot, dnf):
    logs.console.info("Start(%s)  Config(%s)", package, buildroot.config_name)
    started = time.monotonic()
    if buildroot.opts["clean"]:
        buildroot.clean()
    buildroot.open_results()
    with logs.phase("run", finish_on_failure=False):
        prepare.init(buildroot, dnf)
        builder = build.Builder(buildroot, dnf)
        if options.mode == "buildsrpm":
            builder.make_srpm(package, options.sources)
        elif options.mode == "installdeps":
            builder.install_requires(package)
        else:
            builder.rebuild(package)
    logs.console.info("Done(%s) Config(%s) %d minutes %d seconds", package, buildroot.config_name,
                      *divmod(time.monotonic() - started, 60))
    logs.console.info("Results and/or logs in: %s", buildroot.result_dir)

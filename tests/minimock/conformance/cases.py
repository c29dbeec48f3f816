"""The cases. Each is a function of a Place; a failed expectation is an AssertionError."""
import os
import signal
import subprocess
import time

from .harness import ALL_LOGS, LOGS, SPECS, Run, equal, holds

# A root that is used again instead of unpacked again, for the cases that only look at how a build ends.
WARM = ["--no-clean", "--no-cleanup-after"]


def outcome(spec, exit_code, logs=ALL_LOGS, *, packages=(), says=(), arguments=(), clean=False, **options):
    """A case: rebuilding specs/SPEC.spec ends in this way."""
    def case(place, name, lane):
        run = Run(place, name, extension=name if clean else lane, **options)
        warm = [] if clean else WARM
        equal("exit code", run.call(*warm, *arguments, "--rebuild", place.srpm(spec)), exit_code)
        equal("logs", run.files() - run.packages(), set(logs))
        equal("packages", {x.replace(".mini1", "") for x in run.packages()}, set(packages))
        holds("build.log", run.log("build.log"), *says)
        equal("left running", run.left_running(), [])
    return case


def refused(exit_code, *arguments, says="", **options):
    """A case: mock gives up before it touches anything. The argument {NAME} is that spec's source package."""
    def case(place, name, lane):
        run = Run(place, name, extension=lane, **options)
        filled = [str(place.srpm(x[1:-1])) if x.startswith("{") else x for x in arguments]
        equal("exit code", run.call(*filled), exit_code)
        equal("result directory", run.files(), set())
        holds("console", run.console(), says)
    return case


def archful(name, arch):
    parts = ("", "-debuginfo", "-debugsource")
    return [f"{name}-1.0-1.src.rpm", *(f"{name}{part}-1.0-1.{arch}.rpm" for part in parts)]


def noarch(name):
    return [f"{name}-1-1.src.rpm", f"{name}-1-1.noarch.rpm"]


def damaged_srpm(exit_code, logs, damage):
    """A case: the source package was cut off or changed on its way."""
    def case(place, name, lane):
        run = Run(place, name, extension=lane)
        srpm = place.folder / f"{name}.src.rpm"
        srpm.write_bytes(damage(place.srpm("ok").read_bytes()))
        equal("exit code", run.call(*WARM, "--rebuild", srpm), exit_code)
        equal("logs", run.files(), set(logs))
    return case


def flip_payload(data):
    return data[:-400] + bytes(byte ^ 0xFF for byte in data[-400:-200]) + data[-200:]


def phases(place, name, lane):
    """state.log has the phases of a good build; that of a failed one lacks the end."""
    good, bad = Run(place, name, extension=lane), Run(place, name + "-bad", extension=lane)
    equal("exit code", good.call(*WARM, "--rebuild", place.srpm("only-noarch")), 0)
    srpm = place.srpm("only-noarch").name
    holds("state.log", good.log("state.log"), " - Start: chroot init\n",
          f" - Start: build phase for {srpm}\n", f" - Start: rpmbuild {srpm}\n",
          f" - Finish: rpmbuild {srpm}\n", " - Finish: run\n")
    holds("build.log", good.log("build.log"), "Child return code was: 0\n")
    equal("exit code", bad.call(*WARM, "--rebuild", place.srpm("build-fails")), 1)
    equal("Finish: run", "Finish: run" in bad.log("state.log"), False)
    equal("last line", bad.log("build.log").splitlines()[-1], "Child return code was: 1")


def binary_package(place, name, lane):
    first, second = Run(place, name + "-first", extension=lane), Run(place, name, extension=lane)
    equal("exit code", first.call(*WARM, "--rebuild", place.srpm("only-noarch")), 0)
    package = next(first.results.glob("*.noarch.rpm"))
    equal("exit code", second.call("--rebuild", package), 1)
    equal("result directory", second.files(), set())


def added_repo(place, name, lane):
    """A package of --addrepo satisfies BuildRequires, and only with --addrepo."""
    made, without = Run(place, name + "-made", extension=lane), Run(place, name + "-without", extension=lane)
    wanting = Run(place, name)
    equal("exit code of the wanted", made.call(*WARM, "--rebuild", place.srpm("only-noarch")), 0)
    subprocess.run(["createrepo_c", "--quiet", made.results], check=True)
    equal("exit code without", without.call(*WARM, "--rebuild", place.srpm("wants-only-noarch")), 30)
    repo = f"file://{made.results}"
    equal("exit code", wanting.call("--addrepo", repo, "--rebuild", place.srpm("wants-only-noarch")), 0)
    holds("installed packages", wanting.log("installed_pkgs.log"), "\nonly-noarch-1-1.mini1.noarch ")


def defined_macro(place, name, lane):
    run = Run(place, name, extension=lane)
    equal("exit code", run.call(*WARM, "--define", "dist .other7", "--rebuild", place.srpm("only-noarch")), 0)
    equal("packages", run.packages(), {"only-noarch-1-1.other7.src.rpm", "only-noarch-1-1.other7.noarch.rpm"})


def locked_root(place, name, lane):
    first, second = Run(place, name, extension=lane), Run(place, name + "-second", extension=lane)
    sleeping = first.start(*WARM, "--rebuild", place.srpm("sleeper"))
    first.wait_for("sleeping")
    equal("exit code of the second", second.call("--rebuild", place.srpm("ok")), 60)
    equal("result directory of the second", second.files(), set())
    sleeping.send_signal(signal.SIGTERM)
    equal("exit code of the first", sleeping.wait(20), 143)
    equal("left running", first.left_running(), [])


def ended_by(number, exit_code):
    """A case: mock is ended in the middle of %build, and the next one has the same root at once."""
    def case(place, name, lane):
        run, following = Run(place, name, extension=lane), Run(place, name + "-next", extension=lane)
        mock = run.start(*WARM, "--rebuild", place.srpm("sleeper"))
        run.wait_for("sleeping")
        mock.send_signal(number)
        equal("exit code", mock.wait(20), exit_code)
        equal("left running", run.left_running(), [])
        equal("logs", run.files(), ALL_LOGS)
        equal("exit code of the next", following.call(*WARM, "--rebuild", place.srpm("only-noarch")), 0)
    return case


def damaged_cache(place, name, lane):
    """A root cache that is no archive; it is newer than the configuration, so it is looked at."""
    run = Run(place, name)
    cache = place.folder / name
    cache.mkdir(exist_ok=True)
    (cache / "cache.tar.gz").write_text("this is no archive")
    with open(run.config, "a") as config:
        config.write(f"config_opts['plugin_conf']['root_cache_opts']['dir'] = {str(cache)!r}\n")
    os.utime(cache / "cache.tar.gz", (time.time() + 60,) * 2)
    equal("exit code", run.call("--rebuild", place.srpm("only-noarch")), 2)


def failed_root_stays(place, name, lane):
    """With cleanup_on_failure = False a failed build can be looked at, until --clean."""
    run = Run(place, name, settings="config_opts['cleanup_on_failure'] = False")
    equal("exit code", run.call("--rebuild", place.srpm("build-fails")), 1)
    root = place.folder / f"base/mini-1-x86_64-{name}/root"
    equal("what it built from", len(list(root.glob("builddir/build/BUILD/**/a.c"))), 1)
    equal("--orphanskill", run.call("--orphanskill"), 0)
    equal("--clean", run.call("--clean"), 0)
    equal("root after --clean", root.exists(), False)
    equal("exit code of a good build", run.call("--rebuild", place.srpm("only-noarch")), 0)
    equal("root after a good build", root.exists(), False)


def unwritable_results(place, name, lane):
    run = Run(place, name, extension=lane)
    os.chown(run.results.parent, 0, 0)
    os.chmod(run.results.parent, 0o700)
    equal("exit code", run.call(*WARM, "--rebuild", place.srpm("ok")), 70)


def by_hand(place, name, lane):
    """--init, --install, --copyin, --chroot and --clean on one root."""
    run = Run(place, name)
    equal("--init", run.call("--init"), 0)
    equal("--install", run.call(*WARM, "--install", "nasm"), 0)
    equal("--copyin", run.call(*WARM, "--copyin", run.config, "/etc/copied"), 0)
    equal("--chroot", run.call(*WARM, "--chroot", "nasm -v && test -s /etc/copied && exit 7"), 7)
    root = f"{place.folder}/base/mini-1-x86_64-{name}/root"
    equal("--print-root-path", run.call("--print-root-path"), 0)
    holds("console", run.console(), f"\n{root}\n")
    equal("nasm in the root", os.path.exists(root + "/usr/bin/nasm"), True)
    equal("--orphanskill", run.call("--orphanskill"), 0)
    equal("--clean", run.call("--clean"), 0)
    equal("root after --clean", os.path.exists(root), False)
    equal("--scrub", run.call("--scrub=chroot"), 0)


def source_package(place, name, lane):
    run = Run(place, name, extension=lane)
    equal("exit code", run.call(*WARM, "--buildsrpm", "--spec", SPECS / "ok.spec", "--sources", SPECS), 0)
    equal("packages", run.packages(), {"ok-1.0-1.mini1.src.rpm"})


def own_config(exit_code, text, says):
    """A case: the configuration is this text."""
    def case(place, name, lane):
        run = Run(place, name, extension=lane)
        run.config.write_text(text)
        equal("exit code", run.call("--rebuild", place.srpm("ok")), exit_code)
        holds("console", run.console(), says)
    return case


def unbalanced_phases(place, name, lane):
    """A plugin that fails while it has a phase of its own open."""
    run = Run(place, name, extension=lane, settings="""
config_opts['update_before_build'] = False
config_opts['plugin_conf']['package_state_enable'] = True
config_opts['plugin_conf']['package_state_opts']['available_pkgs'] = True""")
    (run.results / "available_pkgs.log").mkdir(parents=True)
    equal("exit code", run.call(*WARM, "--rebuild", place.srpm("only-noarch")), 110)
    holds("console", run.console(), "state finish mismatch")


def missing_config(place, name, lane):
    run = Run(place, name, extension=lane)
    run.config.unlink()
    equal("exit code", run.call("--rebuild", place.srpm("ok")), 3)


def plain_root(place, name, lane):
    run = Run(place, name, extension=lane)
    equal("exit code", run.call("--rebuild", place.srpm("ok"), as_root=True), 1)
    holds("console", run.console(), "mock will not run from the root account")


TMPFS = ["--enable-plugin=tmpfs", "--plugin-option=tmpfs:required_ram_mb=600",
         "--plugin-option=tmpfs:max_fs_size=3g"]
V3 = "mini-1-x86_64_v3"

CASES = {
    "ok": outcome("ok", 0, packages=archful("ok", "x86_64"), clean=True, says=["CFLAGS='-O2 -g'"]),
    "ok-v3": outcome("ok", 0, packages=archful("ok", "x86_64_v3"), clean=True, variant=V3, arguments=TMPFS,
                     says=["CFLAGS='-O2 -g -march=x86-64-v3'", "cc -O2 -g -march=x86-64-v3"]),
    "build-systems": outcome("build-systems", 0, packages=[
        "build-systems-1.0-1.src.rpm", *(f"build-systems{part}-1.0-1.x86_64_v3.rpm" for part in
                                         ("", "-debuginfo", "-debugsource", "-devel", "-devel-debuginfo"))],
        arguments=["--target", "x86_64_v3"], says=[
            "-O2 -g -march=x86-64-v3   -o with-autotools", "-O2 -g -march=x86-64-v3 -fPIC",
            "100% tests passed"]),
    "ok-target": outcome("ok", 0, packages=archful("ok", "x86_64_v3"), arguments=["--target", "x86_64_v3"],
                         says=["-march=x86-64-v3"]),
    "ok-tmpfs": outcome("ok", 0, packages=archful("ok", "x86_64"), clean=True, arguments=TMPFS),
    "dynamic-requires": outcome("dynamic", 0, packages=noarch("dynamic"), clean=True, arguments=TMPFS,
                                says=["Child return code was: 11", "-br --noprep --noclean",
                                      "-bb --noprep --noclean"]),
    "dynamic-requires-missing": outcome("dynamic-missing", 30),
    "only-noarch": outcome("only-noarch", 0, packages=noarch("only-noarch")),
    "daemon": outcome("daemon", 0, packages=noarch("daemon")),
    "build-fails": outcome("build-fails", 1, says=["error: ", "Child return code was: 1"]),
    "check-fails": outcome("check-fails", 1, says=["FAIL: one of one tests", "(%check)"]),
    "check-skipped": outcome("check-fails", 0, packages=noarch("check-fails"), arguments=["--nocheck"]),
    "unpackaged-file": outcome("unpackaged", 1, says=["Installed (but unpackaged) file(s) found"]),
    "wrong-arch": outcome("wrong-arch", 1, says=["Architecture is not included"]),
    "missing-requires": outcome("missing-requires", 30, LOGS),
    "too-new-requires": outcome("too-new-requires", 30, LOGS),
    "broken-spec": outcome("broken-spec", 1, LOGS, says=["broken on purpose"]),
    "timeout": outcome("sleeper", 11, arguments=["--rpmbuild_timeout=3"]),
    "endless-loop": outcome("endless-loop", 11, arguments=["--rpmbuild_timeout=3"]),
    "illegal-instruction": outcome("illegal-instruction", 1, says=[" Illegal instruction "], arguments=[
        "--define", "section check", "--define", 'instruction asm volatile("ud2")']),
    "dynamic-requires-fail": outcome("dynamic-fails", 10, says=["setup.py: error: no version"]),
    "external-requires-disabled": outcome("external", 1, LOGS),
    "no-builddep": outcome("only-noarch", 120, LOGS, settings="config_opts['dnf4_builddep_command'] = '/no/builddep'"),
    "unbalanced-phases": unbalanced_phases,
    "foreign-host": refused(6, "--rebuild", "{ok}", says="not listed in legal_host_arches",
                            settings="config_opts['legal_host_arches'] = ('s390x',)"),
    "lvm-without-group": refused(25, "--rebuild", "{ok}", says="Volume group must be specified",
                                 settings="config_opts['plugin_conf']['lvm_root_enable'] = True"),
    "setup-fails": outcome("ok", 30, set(LOGS), clean=True, arguments=["--disable-plugin=root_cache"],
                           settings="config_opts['chroot_setup_cmd'] = 'install no-such-package'"),
    "truncated-srpm": damaged_srpm(1, [], lambda data: data[:600]),
    "random-srpm": damaged_srpm(1, [], lambda data: bytes(range(256)) * 8),
    "corrupt-payload": damaged_srpm(40, LOGS, flip_payload),
    "missing-srpm": refused(1, "--rebuild", "/no/such.src.rpm", says="Cannot find/open srpm"),
    "unknown-option": refused(1, "--no-such-option", "--rebuild", "{ok}"),
    "no-package": refused(50, "--rebuild"),
    "bad-isolation": refused(5, "--isolation=other", "--rebuild", "{ok}"),
    "bad-define": refused(5, "--define", "nothing", "--rebuild", "{ok}"),
    "buildsrpm-without-spec": refused(5, "--buildsrpm"),
    "missing-config": missing_config,
    "unparsable-config": own_config(3, "config_opts[\n", "ERROR"),
    "config-without-root": own_config(3, "config_opts['releasever'] = '1'\n", "['root'] must be present"),
    "config-without-seed": own_config(3, "include('mini-1-x86_64.cfg')\n", "['terrace_seed'] is not set"),
    "phases": phases,
    "binary-package": binary_package,
    "added-repo": added_repo,
    "defined-macro": defined_macro,
    "locked-root": locked_root,
    "terminated": ended_by(signal.SIGTERM, 143),
    "hung-up": ended_by(signal.SIGHUP, 129),
    "killed": ended_by(signal.SIGKILL, -signal.SIGKILL),
    "damaged-cache": damaged_cache,
    "failed-root-stays": failed_root_stays,
    "unwritable-results": unwritable_results,
    "by-hand": by_hand,
    "source-package": source_package,
    "plain-root": plain_root,
}

# What the stand-in promises beyond mock --isolation=simple.
STAND_IN_CASES = {
    # mock wants a bootstrap root for these.
    "external-requires": outcome("external", 31, LOGS, settings="""
config_opts['use_bootstrap'] = True
config_opts['external_buildrequires'] = True"""),
    "no-bootstrap-image": outcome("ok", 90, LOGS - {"hw_info.log"}, settings="""
config_opts['use_bootstrap'] = True
config_opts['use_bootstrap_image'] = True
config_opts['bootstrap_image'] = 'localhost/no-such-image'
config_opts['bootstrap_image_fallback'] = False"""),
    "no-network": outcome("no-network", 0, packages=noarch("no-network")),
}

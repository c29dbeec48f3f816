"""RPMs of both levels, built by mock from real source packages, and kept between runs: FOLDER/PACKAGE/LEVEL/*.rpm."""
import grp
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LEVELS = ("x86_64", "x86_64_v3")
BUILDER = int(os.environ.get("SUDO_UID", 65534))


def mock_command():
    """Fedora's mock where it is, else the tests' stand-in."""
    return [shutil.which("mock") or str(ROOT / "tests/minimock/mock"), "--configdir", str(ROOT / "mock-configs")]


def mock_environment():
    return {**os.environ, "SUDO_UID": str(BUILDER), "LC_ALL": "C.UTF-8"}


def write_config(file, mock_folder, repo, level, lines=""):
    """The .cfg of build roots in `mock_folder` that the mini distribution's `repo` fills."""
    file.parent.mkdir(parents=True, exist_ok=True)
    mock_folder.mkdir(exist_ok=True)
    os.chown(mock_folder, BUILDER, grp.getgrnam("mock").gr_gid)
    file.write_text(f"config_opts['basedir'] = '{mock_folder}'\nconfig_opts['cache_topdir'] = '{mock_folder}-cache'\n"
                    f"config_opts['terrace_seed'] = [{{'name': 'mini', 'url': 'file://{repo}'}}]\n"
                    f"include('mini-1-{level}.cfg')\n{lines}")
    return file


def make_rpms(packages, folder, repo):
    """Builds what is not there yet. `packages`: of deploy/quickstart.d, or e2e-sum, which needs no network."""
    for package in packages:
        missing = [level for level in LEVELS if not (folder / package / level).is_dir()]
        if not missing:
            continue
        srpm = _make_srpm(package, folder)
        for level in missing:
            print(f"building {package} for {level}", flush=True)
            _build(srpm, level, folder / package / level, folder, repo)


def take_published(package, published, folder):
    """Takes both levels from what a farm has published here; False where there is nothing, or not all of it."""
    for level in LEVELS:
        found = sorted(published.rglob(f"{package}-[0-9]*.{level}.rpm"))
        if not found:
            return False
        destination = folder / package / level
        shutil.rmtree(destination, ignore_errors=True)
        destination.mkdir(parents=True)
        shutil.copy(found[-1], destination)
    return True


def _make_srpm(package, folder):
    srpms = folder / "srpms" / package
    shutil.rmtree(srpms, ignore_errors=True)
    srpms.mkdir(parents=True)
    own = ROOT / f"tests/e2e/specs/{package}.spec"
    if own.exists():
        _run(["rpmbuild", "-bs", "--quiet", "--nodeps", "--define", f"_topdir {srpms}/top", "--define", f"_srcrpmdir {srpms}",
              "--define", "dist %{nil}", own])
    else:
        _run([ROOT / "deploy/fetch-sources", folder / "sources", "--packages", package])
        _run([ROOT / "deploy/quickstart.d/make-srpms", folder / "sources", srpms, "--packages", package])
    return next(srpms.glob("*.src.rpm"))


def _build(srpm, level, destination, folder, repo):
    config = write_config(folder / f"build-{level}.cfg", folder / "mock", repo, level)
    with tempfile.TemporaryDirectory(prefix="result-", dir=folder) as result:
        os.chmod(result, 0o777)  # mock writes there as its user
        _run([*mock_command(), "-r", config, "--uniqueext", "truth", "--isolation=simple", "--resultdir", result, "--target", level,
              "--define", "dist .mini1", "--rebuild", srpm], env=mock_environment())
        part = destination.with_name(destination.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for rpm in Path(result).glob("*.rpm"):
            if not rpm.name.endswith(".src.rpm") and "-debuginfo-" not in rpm.name and "-debugsource-" not in rpm.name:
                shutil.copy(rpm, part)
        part.rename(destination)


def _run(command, env=None):
    done = subprocess.run([str(word) for word in command], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stdout[-3000:]}")

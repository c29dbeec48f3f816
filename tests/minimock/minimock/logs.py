"""mock's logs: the console, and state.log, root.log and build.log in the result directory."""
import contextlib
import logging
import os

from .failure import BAD_STATE, Failure

console = logging.getLogger("console")
root = logging.getLogger("root_log")
build = logging.getLogger("build")
state = logging.getLogger("state")

FORMATS = {
    "state.log": (state, "%(asctime)s - %(message)s"),
    "build.log": (build, "%(message)s"),
    "root.log": (root, "%(levelname)s %(filename)s:%(lineno)d:  %(message)s"),
}


def to_console(quiet):
    for logger, line_format in ((console, "%(levelname)s: %(message)s"), (state, "%(message)s")):
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter(line_format))
        handler.setLevel(logging.WARNING if quiet else logging.INFO)
        logger.addHandler(handler)
    for logger in (console, root, build, state):
        logger.setLevel(logging.DEBUG)
        logger.propagate = False


def to_files(folder, uid, gid):
    """From now on the logs are written into `folder`, as files of the calling user."""
    for name, (logger, line_format) in FORMATS.items():
        handler = logging.FileHandler(os.path.join(folder, name), mode="w")
        handler.setFormatter(logging.Formatter(line_format))
        logger.addHandler(handler)
        os.chown(handler.baseFilename, uid, gid)


_open_phases = []


def start(name):
    """Whoever does not see to finish() after a failure spoils the end of the phase around it, as in mock."""
    state.info("Start: %s", name)
    _open_phases.append(name)


def finish(name):
    current = _open_phases.pop()
    if current != name:
        raise Failure(f"state finish mismatch: current: {current}, state: {name}", BAD_STATE)
    state.info("Finish: %s", name)


@contextlib.contextmanager
def phase(name, finish_on_failure=True):
    """One "Start: name" / "Finish: name" pair of state.log."""
    start(name)
    try:
        yield
    except BaseException as problem:
        if finish_on_failure and getattr(problem, "code", None) != BAD_STATE:
            finish(name)
        raise
    finish(name)

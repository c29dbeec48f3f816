"""mock's logs: the console, and state.log, root.log and build.log in the result directory."""
import contextlib
import logging
import os

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


@contextlib.contextmanager
def phase(name, finish_on_failure=True):
    """One "Start: name" / "Finish: name" pair of state.log."""
    state.info("Start: %s", name)
    done = False
    try:
        yield
        done = True
    finally:
        if done or finish_on_failure:
            state.info("Finish: %s", name)

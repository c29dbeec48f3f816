"""Runs commands into a log, with a time limit; and keeps all that a mock starts in namespaces of its own."""
import ctypes
import os
import select
import shlex
import signal
import subprocess
import time

from .failure import NO_NAMESPACES, TIMEOUT, Failure

# Set: isolate no more than mock does with --isolation=simple, which shares the host's network, processes and IPC; what
# it leaves then is for its caller to end.
WEAK = "MINIMOCK_WEAK_ISOLATION" in os.environ

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWPID = 0x00020000, 0x20000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.5
READ_BYTES = 65536


def run_contained(work):
    """Returns the exit code of work(), which runs as PID 1 of a new PID namespace with private mounts.

    Whatever way this process or that child ends, SIGKILL included, the kernel ends every process of the
    namespace, and its mounts go with it: nothing of a build outlives its mock.
    """
    signal.signal(signal.SIGPIPE, lambda number, _: os._exit(128 + number))  # mock ends of it, Python would go on
    if WEAK:
        _unshare(CLONE_NEWNS)
        _check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "mount --make-rprivate /")
        return work()
    _unshare(CLONE_NEWNS | CLONE_NEWPID)
    child = os.fork()
    if child == 0:
        os._exit(_contained(work))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _: _end(child, number))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) % 256


def _contained(work):
    die_with_parent()
    _check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "mount --make-rprivate /")
    _check(libc.mount(b"proc", b"/proc", b"proc", 0, None), "mount /proc")
    return work()


def _end(child, number):
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os._exit(128 + number)


def _unshare(flags):
    if libc.unshare(flags):
        raise Failure(f"Namespace unshare failed. {os.strerror(ctypes.get_errno())}", NO_NAMESPACES)


def _check(result, what):
    if result:
        raise Failure(f"{what}: {os.strerror(ctypes.get_errno())} (is this root?)")


def die_with_parent():
    if WEAK:
        return
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run(command, log, *, timeout=0, code=None, env=None, check=True):
    """Runs a command, its output into `log`; returns (exit code, output), or fails with `code` or its own."""
    log.info("Executing command: %s with env %s", command, env)
    started = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=env, start_new_session=True,
                               preexec_fn=die_with_parent)
    lines = []
    for line in _lines(process):
        if line is not None:
            log.info("%s", line)
            lines.append(line)
        if timeout and time.monotonic() - started > timeout:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise Failure(f"Timeout({timeout}) expired for command:\n # {shlex.join(command)}\n", TIMEOUT)
    result = process.wait()
    log.info("Child return code was: %d", result)
    output = "\n".join(lines)
    if check and result:
        raise Failure(f"Command failed: \n # {shlex.join(command)}\n{output}", result if code is None else code)
    return result, output


def _lines(process):
    """The lines of the output as they come, and None twice a second while none comes.

    Ends with the process, even where a daemon that it left behind still holds the pipe.
    """
    os.set_blocking(process.stdout.fileno(), False)
    rest = b""
    ended = False
    while not ended:
        finished = process.poll() is not None
        ready = select.select([process.stdout], [], [], 0 if finished else POLL_SECONDS)[0]
        data = os.read(process.stdout.fileno(), READ_BYTES) if ready else None
        ended = data == b"" or (finished and not data)
        *lines, rest = (rest + (data or b"")).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in lines)
        if not lines:
            yield None
    if rest:
        yield rest.decode("utf-8", "replace")

"""What processes, mounts and files tell: who descends from whom, and what somebody has left behind."""
import os
import signal
import subprocess
import time
from pathlib import Path


def _status(pid):
    """(name, fields of stat after it) of a process, or None."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    begin, end = text.index("("), text.rindex(")")
    return text[begin + 1:end], text[end + 2:].split()


def processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def name_of(pid):
    status = _status(pid)
    return status[0] if status else ""


def start_time(pid):
    status = _status(pid)
    return status[1][19] if status else None


def descendants(root):
    """(pid, name) of all that come from a process, itself left out."""
    children = {}
    for pid in processes():
        status = _status(pid)
        if status and status[1][0] != "Z":
            children.setdefault(int(status[1][1]), []).append((pid, status[0]))
    found, todo = [], [root]
    while todo:
        for pid, name in children.get(todo.pop(), []):
            found.append((pid, name))
            todo.append(pid)
    return found


def _uids(pid):
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("Uid:"):
                return {int(word) for word in line.split()[1:]}
    except OSError:
        pass
    return set()


def _mentions(pid, text):
    for what in ("cmdline", "environ"):
        try:
            if text in Path(f"/proc/{pid}/{what}").read_bytes():
                return True
        except OSError:
            pass
    try:
        return text in os.readlink(f"/proc/{pid}/root").encode()
    except OSError:
        return False


def processes_of(state, users):
    """Those that still run of a farm with that state directory."""
    for pid in processes():
        status = _status(pid)
        if pid == os.getpid() or not status or status[1][0] == "Z":
            continue
        if _uids(pid) & users or _mentions(pid, str(state).encode() + b"/"):
            yield pid


def left_of(state, users):
    """What a farm with that state directory has left, in words; it has been stopped."""
    left = [f"process {pid} ({name_of(pid)})" for pid in processes_of(state, users)]
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        if line.split()[4].startswith(f"{state}/"):
            left.append(f"mount {line.split()[4]}")
    worker = Path(state) / "worker-1"
    left += [f"attempt {path}" for path in (worker / "attempts").iterdir()]
    # A lock file stays beside the root: it is what makes cleaning up free of races.
    left += [f"build root {path}" for path in (worker / "mock").iterdir() if not path.name.endswith(".lock")]
    left += [f"temporary file {path}" for path in temporary_files(state)]
    for folder, names, _ in os.walk("/sys/fs/cgroup"):
        left += [f"control group {folder}/{name}" for name in names if "terrace" in name and _is_of(folder, name, state)]
    return left


def _is_of(folder, name, state):
    """The name of a worker's group ends in what tells its state directory from another worker's."""
    return name.endswith("worker-1") or str(state) in name


def temporary_files(state):
    """Files that are written under another name first, and renamed: a crash may leave the first one."""
    for folder, _, names in os.walk(state):
        if "/postgres/" in folder + "/" or "/mock-cache/" in folder + "/":
            continue  # theirs to clean up, and PostgreSQL does
        for name in names:
            if any(mark in name for mark in (".tmp", ".new", ".part", ".incoming", "incoming-")):
                yield Path(folder) / name


def file_digests(rpm):
    """{path: digest} of the files in a package."""
    query = subprocess.run(["rpm", "-qp", "--nosignature", "--qf", "[%{FILENAMES}\\t%{FILEDIGESTS}\\n]", str(rpm)],
                           capture_output=True, text=True, check=True)
    return dict(line.split("\t") for line in query.stdout.splitlines())


def end_processes(state, users):
    """After a run that went wrong."""
    for pid in list(processes_of(state, users)):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def end_database(state):
    """A killed scheduler leaves its PostgreSQL behind, which the next one would have taken over."""
    try:
        pid = int((Path(state) / "scheduler/postgres/data/postmaster.pid").read_text().splitlines()[0])
        if not os.readlink(f"/proc/{pid}/cwd").startswith(str(state)):
            return
        os.kill(pid, signal.SIGINT)
    except (OSError, ValueError, IndexError):
        return
    for _ in range(100):
        if not _status(pid):
            return
        time.sleep(0.1)

"""What another worker's build does to a host: compiling and compressing, on chosen CPUs, until the block is left."""
import os
import signal
import subprocess
import sys

# A compiler and xz in turns: much of a build is the one, the payload of its RPMs the other.
LOOP = """
while :; do
    printf '#include <regex>\\n#include <map>\\nstd::regex r("a+b"); std::map<int, std::regex> m;\\n' |
        c++ -O2 -std=c++17 -x c++ -c -o /dev/null -
    head -c 4000000 "$0" | xz -9 > /dev/null
done
"""


class Load:
    def __init__(self, cpus):
        self._cpus = cpus
        self._process = None

    def __enter__(self):
        if self._cpus:
            # A session of its own, at its own weight whatever that of what is measured.
            self._process = subprocess.Popen(["taskset", "--cpu-list", ",".join(map(str, sorted(self._cpus))), "bash", "-c", LOOP, sys.executable],
                                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True,
                                             preexec_fn=lambda: os.setpriority(os.PRIO_PROCESS, 0, 0))
        return self

    def check(self):
        """Raises if the load has ended: then what is measured is not what is claimed."""
        if self._process and self._process.poll() is not None:
            raise RuntimeError(f"the load has ended by itself with {self._process.returncode}")

    def __exit__(self, *_):
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

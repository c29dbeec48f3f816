"""A whole farm for tests: scheduler with its own PostgreSQL, workers, and the command line, all real."""
import grp
import json
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("TERRACE_BUILD_DIR", ROOT / "build" / "dev"))
MINI = Path(os.environ.get("TERRACE_MINI_DISTRO", ROOT / "build" / "mini-distro"))
UNPRIVILEGED = "nobody"  # PostgreSQL refuses root
# Whom the slots build as: numbers without an account, and of this run alone, since all their processes are ended.
SLOT_USERS = 3_000_000 + 8 * (os.getpid() % 1_000_000)

RELEASE = """\
release: mini-1
dist_suffix: mini1
signing: none
streams: [testing]
variants:
  - {name: x86_64, target_arch: x86_64, target_level: x86_64, mock_config: mini-1-x86_64}
  - {name: x86_64_v3, target_arch: x86_64_v3, target_level: x86_64_v3, mock_config: mini-1-x86_64_v3}
gate: {looks: [10, 20]}
"""


SCHEDULER = """\
listen: {address: 127.0.0.1, port: 0}
lease: {length: 10s, heartbeat: 2s}
retry: {delay_min: 1s}
"""


class Farm:
    def __init__(self, state, release=RELEASE, mock_configs=ROOT / "mock-configs", scheduler_yaml=SCHEDULER,
                 worker_yaml=""):
        self.state = Path(state)
        self.release, self.mock_configs, self.scheduler_yaml = release, mock_configs, scheduler_yaml
        self.worker_yaml = worker_yaml
        self.slot_users = {}
        self.port = None
        self.processes = {}
        self.user = pwd.getpwnam(UNPRIVILEGED)
        self.mock = shutil.which("mock") or str(ROOT / "tests/minimock/mock")
        for folder in ("etc/releases", "scheduler", "worker-1", "worker-2", "log"):
            (self.state / folder).mkdir(parents=True, exist_ok=True)
        shutil.chown(self.state / "scheduler", self.user.pw_uid, self.user.pw_gid)
        os.chmod(self.state, 0o755)
        self._write_configuration()

    def _write_configuration(self):
        etc = self.state / "etc"
        (etc / "releases/mini-1.yaml").write_text(self.release)
        (etc / "scheduler.yaml").write_text(
            f"state: {self.state}/scheduler\nreleases: {etc}/releases\nbenchmarks: {ROOT}/tests/e2e/benchmarks\n"
            f"mock_configs: {self.mock_configs}\n" + self.scheduler_yaml)

    def _write_worker(self, name, level, slots):
        path = self.state / "etc" / f"{name}.yaml"
        first, last = self.slot_users.setdefault(name, self._next_users(slots))
        users = f"slot_users: [{first}-{last}]\n" if os.getuid() == 0 else ""
        path.write_text(f"name: {name}\nscheduler: {self.url}\nstate: {self.state}/{name}\nlevel_max: {level}\n"
                        f"mock_command: [{self.mock}]\nmock_configs: {self.mock_configs}\nslots: {slots}\n{users}"
                        "isolation: simple\ndrain: 20s\n" + self.worker_yaml)
        return path

    def _next_users(self, slots):
        first = max([last + 1 for _, last in self.slot_users.values()], default=SLOT_USERS)
        return first, first + slots - 1

    def _start(self, name, command):
        log = open(self.state / "log" / f"{name}.log", "ab")
        self.processes[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                start_new_session=True, cwd="/")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port or (self.state / 'scheduler/port').read_text().strip()}"

    def start_scheduler(self):
        port_file = self.state / "scheduler/port"
        config = self.state / "etc/scheduler.yaml"
        if self.port:  # started again: workers and people know the old address
            config.write_text(config.read_text().replace("port: 0", f"port: {self.port}"))
            port_file.unlink(missing_ok=True)
        drop = ["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups"] if os.getuid() == 0 else []
        self._start("scheduler", [*drop, str(BUILD / "bin/terrace-scheduler"), "--config", str(config)])
        self.wait_for(lambda: port_file.exists() and port_file.read_text().strip() and self.cli("status")[0] == 0,
                      "the scheduler to listen", 60)
        self.port = port_file.read_text().strip()

    def start_signer(self):
        """terrace-signer with keys of its own for mini-1; to be called before the scheduler starts."""
        folder = self.state / "signer"
        home = folder / "gnupg"
        home.mkdir(parents=True, mode=0o700)
        gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet"]
        subprocess.run([*gpg, "--passphrase", "", "--quick-gen-key", "mini-1 <mini-1@example.org>", "rsa3072", "sign", "never"],
                       check=True, stderr=subprocess.DEVNULL)
        listed = subprocess.run([*gpg, "--list-secret-keys", "--with-colons"], check=True, capture_output=True, text=True).stdout
        fingerprint = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(folder / "mini-1.pem")], check=True)
        (folder / "signer.yaml").write_text(
            f"socket: socket\ngnupg_home: gnupg\nsocket_group: {grp.getgrgid(self.user.pw_gid).gr_name}\nreleases:\n"
            f"  - {{release: mini-1, key: {fingerprint}, statement_key: mini-1.pem}}\n")
        self._start("signer", [str(BUILD / "bin/terrace-signer"), "--config", str(folder / "signer.yaml")])
        self.wait_for((folder / "socket").is_socket, "the signer to listen", 30)

    def start_worker(self, name, level="x86_64_v4", slots=1):
        self._start(name, [str(BUILD / "bin/terrace-worker"), "--config", str(self._write_worker(name, level, slots))])

    def kill(self, name):
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes.pop(name).wait()

    def stop(self):
        for name in sorted(self.processes, key=lambda n: n == "scheduler"):  # the scheduler last
            process = self.processes[name]
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise AssertionError(f"{name} did not end within 60 s of SIGTERM")
        self.processes.clear()
        if (self.state / "signer/gnupg").is_dir():  # gpg leaves an agent behind
            subprocess.run(["gpgconf", "--homedir", str(self.state / "signer/gnupg"), "--kill", "all"], check=True)

    def cli(self, *arguments):
        """(exit code, standard output, standard error) of `terrace`."""
        url = self.url if (self.state / "scheduler/port").exists() else "http://127.0.0.1:1"
        done = subprocess.run([str(BUILD / "bin/terrace"), "--farm", url, *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def read(self, *arguments):
        """What the command says with --json; it must succeed."""
        code, out, err = self.cli("--json", *arguments)
        assert code == 0, f"terrace {' '.join(arguments)}: exit code {code}: {err}"
        return json.loads(out)

    def wait_for(self, condition, what, seconds):
        deadline = time.monotonic() + seconds
        while not condition():
            for name, process in self.processes.items():
                assert process.poll() is None, f"{name} ended with {process.returncode}; see {self.state}/log/{name}.log"
            assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
            time.sleep(0.3)

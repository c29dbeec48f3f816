"""A farm of one worker, in memory, that hands out given builds: the scheduler as a worker sees it."""
import hashlib
import http.server
import json
import threading
import time


class Farm:
    """Its own times are those between the answer that grants a lease and the arrival of the report."""

    def __init__(self):
        self.objects = {}
        self.waiting = []
        self.granted_at = {}
        self.reports = {}
        self._changed = threading.Condition()
        handler = type("Handler", (_Handler,), {"farm": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._last = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def add_object(self, content):
        digest = hashlib.sha256(content).hexdigest()
        self.objects[digest] = content
        return digest

    def offer(self, lease):
        """Hands the lease to the next slot that asks; returns its attempt."""
        with self._changed:
            self._last += 1
            self.waiting.append({**lease, "attempt": self._last, "fence": self._last,
                                 "expires_at": "2099-01-01T00:00:00.000Z"})
            self._changed.notify_all()
            return self._last

    def take(self, seconds):
        with self._changed:
            self._changed.wait_for(lambda: self.waiting, seconds)
            if not self.waiting:
                return None
            lease = self.waiting.pop(0)
            self.granted_at[lease["attempt"]] = time.monotonic()
            return lease

    def report(self, attempt, report):
        with self._changed:
            self.reports[attempt] = {**report, "seconds": time.monotonic() - self.granted_at[attempt]}
            self._changed.notify_all()

    def wait_for(self, attempts, seconds):
        with self._changed:
            if not self._changed.wait_for(lambda: all(a in self.reports for a in attempts), seconds):
                raise SystemExit(f"worker_overhead: no report within {seconds} s")
        reports = [self.reports[a] for a in attempts]
        for report in reports:
            if report["outcome"] != "ok":
                raise SystemExit(f"worker_overhead: {report['outcome']}: {report['evidence']}")
        return reports


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    farm = None

    def do_POST(self):
        body = self._body()
        if self.path == "/v1/workers":
            self._json({"worker": 1, "level": "x86_64_v3", "heartbeat_interval": 1000})
        elif self.path == "/v1/heartbeats":
            self._json({"ended": [], "register_again": False})
        elif self.path == "/v1/leases":
            lease = self.farm.take(json.loads(body)["wait"] / 1000)
            self._json(lease) if lease else self._answer(204)
        elif self.path.endswith("/result"):
            self.farm.report(int(self.path.split("/")[3]), json.loads(body))
            self._answer(204)
        else:  # a piece of a log
            self._answer(204)

    def do_PUT(self):
        self.farm.add_object(self._body())
        self._answer(204)

    def do_HEAD(self):
        self._answer(200 if self._digest() in self.farm.objects else 404)

    def do_GET(self):
        content = self.farm.objects.get(self._digest())
        self._answer(404) if content is None else self._answer(200, content)

    def _digest(self):
        return self.path.rsplit("/", 1)[-1]

    def _body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _json(self, value):
        self._answer(200, json.dumps(value).encode())

    def _answer(self, status, content=b""):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass

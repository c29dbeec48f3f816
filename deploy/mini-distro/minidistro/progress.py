"""What the maker tells the person who waits for it."""
import sys
import time

_started = time.monotonic()


class Stop(Exception):
    """Something the user can put right; the message says how."""


def say(text):
    print(f"make-mini-distro: [{time.monotonic() - _started:6.1f} s] {text}", file=sys.stderr, flush=True)

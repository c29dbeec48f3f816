"""mock's exit codes, as measured with mock 6.7 or read in its source; each is given for mock's own reason.

A program that fails a mock otherwise gives it its own exit code: 2 is tar's, 32 mount's, 127 the shell's for a
program that is missing. Not here, for --rebuild has no way to them: 4 (--chain), 20 (nothing raises it any more) and
65 (--scrub while another mock uses the LVM pool).
"""

BUILD_FAILED = 1     # also "mock itself broke": only the logs tell them apart
BAD_CONFIG = 3
BAD_OPTION = 5
BAD_HOST = 6         # its architecture is not one that the configuration can be built on
BAD_REQUIRES = 10    # rpmbuild -br failed
TIMEOUT = 11
BAD_LVM = 25
UNRESOLVED = 30      # dependencies, or any other trouble of the package manager
UNKNOWN_EXTERNAL = 31
BAD_SRPM = 40
NO_PACKAGE = 50
LOCKED = 60
BAD_RESULT_DIR = 70
NO_NAMESPACES = 80
NO_BOOTSTRAP = 90
BAD_STATE = 110      # a phase ended while another was open: the other's end was skipped by a failure
NO_BUILDDEP = 120


class Failure(Exception):
    """`code`: a negative one is a signal that ended a program; Python makes 256 - signal of it."""

    def __init__(self, message, code=BUILD_FAILED):
        super().__init__(message)
        self.code = code

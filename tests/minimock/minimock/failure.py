"""mock's exit codes, as measured with mock 6.7."""

BUILD_FAILED = 1     # also "mock itself broke": only the logs tell them apart
CACHE_FAILED = 2
BAD_CONFIG = 3
BAD_OPTION = 5
TIMEOUT = 11
UNRESOLVED = 30      # dependencies, or any other trouble of the package manager
BAD_SRPM = 40
NO_PACKAGE = 50
LOCKED = 60
BAD_RESULT_DIR = 70


class Failure(Exception):
    def __init__(self, message, code=BUILD_FAILED):
        super().__init__(message)
        self.code = code

// terrace-measure: runs a command and prints what it cost, a line of JSON for each run.
//
// It is copied into build roots of other distributions and levels, so it is linked statically and
// uses the C library alone. It is also small because a child's peak memory counts from before
// exec().
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr int kCannotMeasure = 125;
constexpr int kCannotStart = 127;
constexpr long kPaddingMax = 65536;

constexpr const char* kUsage =
    "terrace-measure [--directory DIR] [--repeat N] [--cpu N] [--padding BYTES] [--show-output] -- "
    "COMMAND...\n"
    "Runs COMMAND N times and prints a line of JSON for each run. With a directory, COMMAND runs "
    "in it, and as\n"
    "its owner where root starts the program. Its output is dropped unless --show-output is "
    "given.\n";

struct Options {
    const char* directory = nullptr;
    long repeat = 1;
    long cpu = -1;
    long padding = 0;
    bool show_output = false;
    char** command = nullptr;
};

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "terrace-measure: %s: %s\n", what, std::strerror(errno));
    std::exit(kCannotMeasure);
}

[[noreturn]] void usage() {
    std::fputs(kUsage, stderr);
    std::exit(kCannotMeasure);
}

long number(const char* text, long max) {
    char* end = nullptr;
    const long value = text != nullptr ? std::strtol(text, &end, 10) : -1;
    if (text == nullptr || end == text || *end != '\0' || value < 0 || value > max) usage();
    return value;
}

Options parse(char** argument) {
    Options options;
    for (; *argument != nullptr; ++argument) {
        if (std::strcmp(*argument, "--") == 0) {
            options.command = argument + 1;
            break;
        }
        if (std::strcmp(*argument, "--show-output") == 0) {
            options.show_output = true;
            continue;
        }
        const char* name = *argument;
        const char* value = *++argument;
        if (value == nullptr) usage();
        if (std::strcmp(name, "--directory") == 0) {
            options.directory = value;
        } else if (std::strcmp(name, "--repeat") == 0) {
            options.repeat = number(value, 1000000);
        } else if (std::strcmp(name, "--cpu") == 0) {
            options.cpu = number(value, CPU_SETSIZE - 1);
        } else if (std::strcmp(name, "--padding") == 0) {
            options.padding = number(value, kPaddingMax);
        } else {
            usage();
        }
    }
    if (options.command == nullptr || *options.command == nullptr) usage();
    return options;
}

/// The commands of a package under test have no business to be root.
void become_owner_of(const char* directory) {
    struct stat status {};
    if (stat(directory, &status) != 0) fail(directory);
    if (geteuid() != 0 || status.st_uid == 0) return;
    if (setgroups(0, nullptr) != 0 || setgid(status.st_gid) != 0 || setuid(status.st_uid) != 0) {
        fail("cannot become the directory's owner");
    }
}

void prepare(const Options& options) {
    if (options.directory != nullptr) {
        become_owner_of(options.directory);
        if (chdir(options.directory) != 0) fail(options.directory);
    }
    if (options.cpu >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(static_cast<unsigned>(options.cpu), &set);
        if (sched_setaffinity(0, sizeof set, &set) != 0) fail("cannot use that CPU");
    }
    // The size of the environment moves the stack, and with it the alignment of what is on it.
    static char padding[kPaddingMax + 1];
    std::memset(padding, 'x', static_cast<std::size_t>(options.padding));
    if (setenv("TERRACE_PADDING", padding, 1) != 0) fail("setenv");
}

[[noreturn]] void become(const Options& options) {
    const int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0) _exit(kCannotMeasure);
    if (!options.show_output && (dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)) {
        _exit(kCannotMeasure);
    }
    if (null > STDERR_FILENO) close(null);
    execvp(options.command[0], options.command);
    _exit(kCannotStart);
}

long long now_us() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

long long us(const timeval& time) {
    return time.tv_sec * 1000000LL + time.tv_usec;
}

/// What the CPU has done since the host was started, in ticks: for anybody, and what another guest
/// took of it. -1 where the kernel does not say.
long long busy_ticks(long cpu) {
    FILE* file = cpu < 0 ? nullptr : std::fopen("/proc/stat", "re");
    if (file == nullptr) return -1;
    long long busy = -1;
    char line[512];
    while (std::fgets(line, sizeof line, file) != nullptr) {
        long number = -1;
        long long t[8] = {};  // user nice system idle iowait irq softirq steal
        if (std::sscanf(line, "cpu%ld %lld %lld %lld %lld %lld %lld %lld %lld", &number, &t[0],
                        &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) == 9 &&
            number == cpu) {
            busy = t[0] + t[1] + t[2] + t[5] + t[6] + t[7];
        }
    }
    std::fclose(file);
    return busy;
}

/// What of it between the two was for others than the command.
long long others_us(long long before, long long after, const rusage& usage) {
    const long ticks_per_second = sysconf(_SC_CLK_TCK);
    if (before < 0 || after < before || ticks_per_second <= 0) return 0;
    const long long all = (after - before) * (1000000 / ticks_per_second);
    const long long others = all - us(usage.ru_utime) - us(usage.ru_stime);
    return others < 0 ? 0 : others;
}

void measure(const Options& options) {
    std::fflush(stdout);
    const long long busy = busy_ticks(options.cpu);
    const long long begin = now_us();
    const pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) become(options);
    int status = 0;
    rusage usage{};
    while (wait4(child, &status, 0, &usage) < 0) {
        if (errno != EINTR) fail("wait4");
    }
    const long long end = now_us();
    const int exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    std::printf(
        "{\"exit_code\":%d,\"wall_us\":%lld,\"user_us\":%lld,\"system_us\":%lld,\"memory_peak_"
        "bytes\":%lld,\"others_us\":%lld}\n",
        exit_code, end - begin, us(usage.ru_utime), us(usage.ru_stime), usage.ru_maxrss * 1024LL,
        others_us(busy, busy_ticks(options.cpu), usage));
}

}  // namespace

int main(int, char** arguments) {
    const Options options = parse(arguments + 1);
    prepare(options);
    for (long run = 0; run < options.repeat; ++run) measure(options);
    return std::fflush(stdout) == 0 ? 0 : kCannotMeasure;
}

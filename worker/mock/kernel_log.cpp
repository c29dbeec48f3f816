#include "worker/mock/kernel_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <string>

namespace terrace::worker {
namespace {

constexpr std::size_t kRecordBytesMax = 8192;  // the kernel's own limit
constexpr int kRecordsAtOnce = 10'000;

bool tells_of_traps() {
    std::ifstream file("/proc/sys/debug/exception-trace");
    std::string value;
    return std::getline(file, value) && value != "0";
}

}  // namespace

KernelLog::KernelLog() : fd_(::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
    if (!fd_) return;
    // A kernel may let a file be opened and then refuse to read from it.
    char byte = 0;
    const bool readable = ::lseek(fd_.get(), 0, SEEK_END) == 0 &&
                          (::read(fd_.get(), &byte, 0) >= 0 || errno != EPERM);
    if (!readable) fd_ = {};
    complete_ = readable && tells_of_traps();
}

void KernelLog::read(const std::function<void(std::string_view line)>& on_line) {
    if (!fd_) return;
    std::array<char, kRecordBytesMax> record{};
    for (int i = 0; i < kRecordsAtOnce; ++i) {
        const ssize_t count = ::read(fd_.get(), record.data(), record.size());
        if (count < 0 && errno == EPIPE) {
            complete_ = false;  // the oldest lines were overwritten before we came
            continue;
        }
        if (count <= 0) return;
        // "PRIORITY,NUMBER,MICROSECONDS,FLAGS;text\n KEY=value\n"
        std::string_view text(record.data(), static_cast<std::size_t>(count));
        text.remove_prefix(std::min(text.find(';'), text.size() - 1) + 1);
        const std::string_view line = text.substr(0, text.find('\n'));
        if (line.ends_with("callbacks suppressed")) complete_ = false;
        on_line(line);
    }
}

}  // namespace terrace::worker

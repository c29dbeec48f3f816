#include "tests/sim/app/progress_line.hpp"

#include <fmt/format.h>

#include "cli/output/progress_bar.hpp"

namespace terrace::sim {
namespace {

constexpr auto kQuietFor = std::chrono::seconds(2);
constexpr std::size_t kBarWidth = 32;

}  // namespace

void ProgressLine::show(const std::string& what, std::size_t done, std::size_t total) {
    if (total == 0) return;
    const std::size_t percent = done * 100 / total;
    const std::size_t step = output_.err_is_terminal ? 1 : 10;
    if (what == what_ && percent < shown_ + step) return;
    if (what != what_) {
        what_ = what;
        shown_ = 0;
        if (percent < step) return;
    }
    shown_ = percent / step * step;
    if (!output_.err_is_terminal && Clock::now() < spoken_ + kQuietFor) return;
    spoken_ = Clock::now();
    if (output_.err_is_terminal) {
        const std::string bar = cli::progress_bar(static_cast<std::int64_t>(done),
                                                  static_cast<std::int64_t>(total), kBarWidth);
        output_.err << fmt::format("\r{:<8} {} {:3} %\x1b[K", what, bar, percent) << std::flush;
        on_screen_ = true;
    } else {
        output_.err << fmt::format("{}: {} % of {} builds are done", what, shown_, total)
                    << std::endl;
    }
}

void ProgressLine::clear() {
    if (on_screen_) output_.err << "\r\x1b[K" << std::flush;
    on_screen_ = false;
}

}  // namespace terrace::sim

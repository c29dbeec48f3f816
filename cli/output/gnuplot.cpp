#include "cli/output/gnuplot.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <system_error>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"

namespace terrace::cli {
namespace {

constexpr auto kTimeout = std::chrono::minutes(2);

std::string terminal(const std::filesystem::path& file, ChartSize size) {
    const char* kind = file.extension() == ".png" ? "pngcairo" : "svg dynamic";
    return fmt::format("set terminal {} size {},{} font 'DejaVu Sans,11' {} noenhanced\n", kind,
                       size.width, size.height, size.transparent ? "" : "background rgb '#ffffff'");
}

}  // namespace

std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) result += c == '\'' ? std::string("''") : std::string(1, c);
    return result + "'";
}

void run_gnuplot(const std::string& script, const std::filesystem::path& file, ChartSize size) {
    const os::TemporaryDirectory directory;
    const std::filesystem::path path = directory.path() / "chart.gnuplot";
    const std::filesystem::path target = std::filesystem::absolute(file);
    os::write_file_atomically(
        path, terminal(file, size) + "set output " + quoted(target.string()) + "\n" + script);
    os::ChildSpec gnuplot;
    gnuplot.arguments = {"gnuplot", path.string()};
    gnuplot.environment = os::current_environment();
    try {
        const os::CapturedRun run = os::run_captured(gnuplot, kTimeout);
        if (run.exit_code != 0 || !std::filesystem::exists(target))
            throw std::runtime_error("gnuplot could not draw " + file.string() + ": " + run.output);
    } catch (const std::system_error& e) {
        if (e.code() == std::errc::no_such_file_or_directory)
            throw std::runtime_error(
                "gnuplot, which draws the charts, is not installed: install gnuplot-nox (Debian) "
                "or gnuplot-minimal (Fedora).");
        throw std::runtime_error("gnuplot, which draws the charts, cannot be run: " +
                                 std::string(e.what()));
    }
}

}  // namespace terrace::cli

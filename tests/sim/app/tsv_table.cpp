#include "tests/sim/app/tsv_table.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <system_error>
#include <utility>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"

namespace terrace::sim {
namespace {

constexpr std::size_t kBytesMax = 1 << 28;
constexpr auto kDecompressTime = std::chrono::minutes(1);

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = text.find(separator, begin);
        parts.push_back(text.substr(begin, end - begin));
        if (end == std::string_view::npos) return parts;
        begin = end + 1;
    }
}

std::string read_text(const std::filesystem::path& path) {
    if (!std::filesystem::is_regular_file(path))
        throw InputError("There is no file " + path.string() + ".");
    try {
        if (path.extension() != ".zst") return os::read_file(path, kBytesMax);
        os::ChildSpec zstd;
        zstd.arguments = {"zstd", "-dcq", "--", std::filesystem::absolute(path).string()};
        os::CapturedRun run = os::run_captured(std::move(zstd), kDecompressTime, kBytesMax);
        if (run.exit_code != 0 || run.output.size() >= kBytesMax)
            throw InputError("zstd could not decompress " + path.string() + ".");
        return std::move(run.output);
    } catch (const std::system_error& e) {
        throw InputError(path.string() + " cannot be read: " + e.what());
    }
}

}  // namespace

TsvTable TsvTable::from_file(const std::filesystem::path& path, DamagedLines damaged) {
    return TsvTable(read_text(path), path.string(), damaged);
}

TsvTable::TsvTable(std::string text, std::string file, DamagedLines damaged)
    : text_(std::move(text)), file_(std::move(file)) {
    std::string_view rest = text_;
    while (rest.ends_with('\n')) rest.remove_suffix(1);
    if (rest.empty()) throw InputError(file_ + " is empty.");
    std::size_t width = 0;
    std::size_t number = 1;
    for (const std::string_view line : split(rest, '\n')) {
        std::vector<std::string_view> cells = split(line, '\t');
        if (columns_.empty()) {
            width = cells.size();
            for (std::size_t i = 0; i < width; ++i) columns_.emplace(cells[i], i);
        } else if (cells.size() == width) {
            rows_.push_back(std::move(cells));
            lines_.push_back(number);
        } else if (damaged == DamagedLines::refuse) {
            throw InputError(file_ + ":" + std::to_string(number) + ": " +
                             std::to_string(cells.size()) + " cells where the first line has " +
                             std::to_string(width) + ".");
        }
        ++number;
    }
}

std::string_view TsvTable::cell(std::size_t row, const std::string& column) const {
    const auto found = columns_.find(column);
    if (found == columns_.end()) throw InputError(file_ + " has no column '" + column + "'.");
    return rows_[row][found->second];
}

double TsvTable::number(std::size_t row, const std::string& column) const {
    const std::string_view text = cell(row, column);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) ||
        value < 0) {
        fail(row,
             "'" + std::string(text) + "' in column '" + column + "' is no number of at least 0");
    }
    return value;
}

void TsvTable::fail(std::size_t row, const std::string& what) const {
    throw InputError(file_ + ":" + std::to_string(lines_[row]) + ": " + what + ".");
}

std::vector<std::string_view> split_list(std::string_view list, char separator) {
    std::vector<std::string_view> parts = split(list, separator);
    std::erase_if(parts, [](std::string_view part) { return part.empty(); });
    return parts;
}

}  // namespace terrace::sim

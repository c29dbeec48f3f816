#include "common/os/sealed_file.hpp"

#include <algorithm>
#include <compare>
#include <system_error>
#include <vector>

#include "common/os/files.hpp"

namespace terrace::os {
namespace {

constexpr std::size_t kBytesMax = std::size_t{1} << 30;

std::string seal(const std::string& kind, std::string_view text) {
    return kind + " " + sha256_of_text(text).hex + "\n";
}

struct AgedFile {
    std::filesystem::file_time_type written;
    std::filesystem::path path;
    friend auto operator<=>(const AgedFile&, const AgedFile&) = default;
};

}  // namespace

void write_sealed(const std::filesystem::path& path,
                  const std::string& kind,
                  std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    std::string content = seal(kind, text);
    content += text;
    write_file_atomically(path, content);
}

std::optional<std::string> read_sealed(const std::filesystem::path& path, const std::string& kind) {
    std::string content;
    try {
        content = read_file(path, kBytesMax);
    } catch (const std::system_error&) {
        return std::nullopt;  // what a cache cannot give is made again
    }
    const std::size_t end = content.find('\n');
    if (end == std::string::npos) return std::nullopt;
    const std::string_view text = std::string_view(content).substr(end + 1);
    if (content.substr(0, end + 1) != seal(kind, text)) return std::nullopt;
    content.erase(0, end + 1);
    return content;
}

void remove_oldest(const std::filesystem::path& directory,
                   const std::string& suffix,
                   std::size_t files_max) {
    std::vector<AgedFile> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (!entry.path().string().ends_with(suffix)) continue;
        std::error_code gone;  // by another thread that prunes
        const auto written = entry.last_write_time(gone);
        if (!gone) files.push_back({written, entry.path()});
    }
    std::ranges::sort(files, std::greater<>());
    for (std::size_t i = files_max; i < files.size(); ++i) {
        std::error_code ignored;  // what cannot be removed is litter, not a failure
        std::filesystem::remove(files[i].path, ignored);
    }
}

}  // namespace terrace::os

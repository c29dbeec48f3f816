#include "common/solv/zstd_frames.hpp"

#include <zstd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace terrace::solv {

bool is_whole_zstd(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(file), {});
    std::string_view rest = content;
    while (!rest.empty()) {
        const std::size_t size = ZSTD_findFrameCompressedSize(rest.data(), rest.size());
        if (ZSTD_isError(size) != 0) return false;
        rest.remove_prefix(size);
    }
    return !content.empty();
}

}  // namespace terrace::solv

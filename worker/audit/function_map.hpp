#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "worker/audit/elf_image.hpp"

namespace terrace::audit {

/// Functions by section index and offset. A name wins over none, then the first in the alphabet, so
/// that the result does not depend on the order of the tables.
class FunctionMap {
public:
    void add(std::size_t section, Function function) {
        auto [place, is_new] = found_[section].try_emplace(function.offset, function);
        if (is_new) return;
        Function& known = place->second;
        known.size = std::max(known.size, function.size);
        if (known.name.empty() || (!function.name.empty() && function.name < known.name)) {
            known.name = std::move(function.name);
        }
    }

    /// Those that begin and end within `size` bytes of the section.
    std::vector<Function> within(std::size_t section, std::uint64_t size) {
        std::vector<Function> functions;
        for (auto& [offset, function] : found_[section]) {
            if (offset >= size || function.size > size - offset) continue;
            functions.push_back(std::move(function));
        }
        return functions;
    }

private:
    std::map<std::size_t, std::map<std::uint64_t, Function>> found_;
};

}  // namespace terrace::audit

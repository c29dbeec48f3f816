#pragma once

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace terrace::sim {

/// A file is missing or is not what it should be; the message names it.
struct InputError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What to do with a line that has more or fewer cells than the first. Large data sets have a few:
/// a tab inside a value.
enum class DamagedLines { refuse, skip };

/// A table of tab-separated text whose first line names the columns. Cells are views into it.
class TsvTable {
public:
    /// Decompresses a name that ends in .zst, by zstd(1). Throws InputError.
    static TsvTable from_file(const std::filesystem::path& path, DamagedLines damaged);
    /// `file` is for messages.
    TsvTable(std::string text, std::string file, DamagedLines damaged);

    TsvTable(const TsvTable&) = delete;
    TsvTable& operator=(const TsvTable&) = delete;
    TsvTable(TsvTable&&) = delete;
    TsvTable& operator=(TsvTable&&) = delete;
    ~TsvTable() = default;

    std::size_t rows() const { return rows_.size(); }
    /// Throws InputError if there is no such column. @pre row < rows()
    std::string_view cell(std::size_t row, const std::string& column) const;
    /// A number of at least 0. Throws InputError, which names file and line.
    double number(std::size_t row, const std::string& column) const;
    [[noreturn]] void fail(std::size_t row, const std::string& what) const;

private:
    std::string text_;
    std::string file_;
    std::map<std::string, std::size_t> columns_;
    std::vector<std::vector<std::string_view>> rows_;
    std::vector<std::size_t> lines_;  ///< of each row, in the file
};

/// The parts between the separators, without empty ones.
std::vector<std::string_view> split_list(std::string_view list, char separator);

}  // namespace terrace::sim

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/vocab/look.hpp"
#include "common/vocab/result.hpp"

namespace terrace::bench {

/// What a comparison needs from the worker besides its order.
struct ComparisonContext {
    std::vector<std::string>
        mock_command;  ///< mock itself, with a wrapper before it where there is one
    /// The same for what only fills a build root, and may need the network for it; empty: the same.
    std::vector<std::string> fetch_command;
    std::vector<std::string> reader_prefix;  ///< what confines a program that reads packages
    std::map<std::string, std::string> environment;  ///< mock's whole environment
    std::filesystem::path attempt_config;            ///< the .cfg that both roots are made by
    std::filesystem::path work_directory;            ///< for files of this attempt; made if missing
    /// Where the order's RPMs are, by file name. Where two RPMs of one name differ (as under
    /// `encoding: flags`), by digest: a digest's hexadecimal digits are looked up first.
    std::map<std::string, std::filesystem::path> rpm_files;
    std::string unique_ext;                 ///< the roots' --uniqueext are this and "-a" or "-b"
    std::string isolation;                  ///< mock's --isolation; empty: mock's own default
    std::filesystem::path measure_program;  ///< terrace-measure
    std::uint64_t seed = 0;                 ///< of the order of runs; from the attempt's number
    std::function<void(std::string_view)> log;  ///< takes a line of the attempt's log
    std::function<bool()> cancelled;            ///< asked several times a second
    /// Takes the samples of a look, and says up to how many pairs it goes on.
    std::function<Result<LookAnswer>(const LookReport&)> hand_in;
};

}  // namespace terrace::bench

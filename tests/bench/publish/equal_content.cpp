#include "tests/bench/publish/equal_content.hpp"

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "common/solv/repomd.hpp"

namespace terrace::bench {
namespace {

constexpr std::size_t kTextBytesMax = std::size_t{4} << 30;

std::string text_of(const std::filesystem::path& repository,
                    const std::string& type,
                    const std::filesystem::path& work) {
    const auto entry = solv::find_in_repomd(repository / "repodata" / "repomd.xml", type);
    if (!entry) throw std::runtime_error(entry.error().message);
    const std::filesystem::path text = work / (type + ".xml");
    const os::CapturedRun run =  // it reads gzip as well
        os::run_captured(
            {.arguments = {"zstd", "-d", "-q", "-f", "-o", text, repository / entry->location},
             .environment = os::current_environment()},
            std::chrono::minutes(10));
    if (run.exit_code != 0) throw std::runtime_error("zstd failed: " + run.output);
    return os::read_file(text, kTextBytesMax);
}

/// What stands between the two marks, from `begin` on; empty if they are not there.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
    const std::size_t begin = text.find(before);
    if (begin == std::string_view::npos) return {};
    const std::size_t end = text.find(after, begin + before.size());
    return text.substr(begin + before.size(), end - begin - before.size());
}

std::string without_file_time(std::string_view element) {
    std::string text(element);
    const std::size_t time = text.find("<time file=\"");
    if (time == std::string::npos) return text;
    return text.erase(time, text.find(" build=", time) - time);
}

/// The element of each package, by the digest of its file.
std::map<std::string, Digest> elements_of(const std::string& text, const std::string& type) {
    const bool primary = type == "primary";
    constexpr std::string_view kEnd = "</package>";
    std::map<std::string, Digest> elements;
    std::string_view rest(text);
    for (;;) {
        const std::size_t begin = rest.find("<package ");
        if (begin == std::string_view::npos) return elements;
        const std::size_t end = rest.find(kEnd, begin);
        if (end == std::string_view::npos) throw std::runtime_error(type + " ends in a package.");
        const std::string_view element = rest.substr(begin, end - begin);
        const std::string_view id =
            primary ? between(element, "pkgid=\"YES\">", "<") : between(element, "pkgid=\"", "\"");
        elements.emplace(id, os::sha256_of_text(without_file_time(element)));
        rest.remove_prefix(end + kEnd.size());
    }
}

}  // namespace

void expect_equal_content(const std::filesystem::path& ours,
                          const std::filesystem::path& theirs,
                          const std::filesystem::path& work) {
    for (const std::string type : {"primary", "filelists", "other"}) {
        const auto our_elements = elements_of(text_of(ours, type, work), type);
        const auto their_elements = elements_of(text_of(theirs, type, work), type);
        if (our_elements.empty()) throw std::runtime_error("There is no package in " + type + ".");
        if (our_elements.size() != their_elements.size()) {
            throw std::runtime_error(type + " has " + std::to_string(our_elements.size()) +
                                     " packages, and createrepo_c's " +
                                     std::to_string(their_elements.size()) + ".");
        }
        for (const auto& [id, element] : our_elements) {
            const auto found = their_elements.find(id);
            if (found == their_elements.end() || found->second != element)
                throw std::runtime_error(type + " differs from createrepo_c's for package " + id +
                                         ".");
        }
    }
}

}  // namespace terrace::bench

#include "scheduler/publish/repo_writer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <memory>
#include <mutex>

#include "common/os/files.hpp"
#include "common/vocab/check.hpp"
#include "scheduler/publish/createrepo.h"
#include "scheduler/publish/link_file.hpp"

namespace terrace::publish {
namespace {

using Repo = std::unique_ptr<createrepo, decltype(&createrepo_free)>;
using Text = std::unique_ptr<char, decltype(&createrepo_free_text)>;

[[noreturn]] void fail(const std::filesystem::path& file, const createrepo_error& error) {
    throw PublishError("Cannot make the metadata of " + file.string() + ": " + error.message + ".");
}

void add_package(createrepo& repo,
                 const std::filesystem::path& directory,
                 const RepoPackage& package) {
    createrepo_error error{};
    std::array<char, 65> digest{};
    const std::string location = package_location(package.filename);
    const std::filesystem::path file = directory / location;
    if (createrepo_add(&repo, file.c_str(), location.c_str(), digest.data(), &error) != 0) {
        fail(file, error);
    }
    if (package.digest.hex != digest.data()) {
        throw PublishError("The file " + file.string() + " is damaged: its digest is " +
                           digest.data() + ", not " + package.digest.hex + ".");
    }
}

}  // namespace

std::string package_location(const std::string& filename) {
    TERRACE_CHECK(!filename.empty());
    const auto first = static_cast<unsigned char>(filename.front());
    return std::string("Packages/") + static_cast<char>(std::tolower(first)) + "/" + filename;
}

void write_repo(const std::filesystem::path& directory,
                std::vector<RepoPackage> packages,
                TimePoint time) {
    static std::mutex
        library_mutex;  // libcreaterepo_c has one rpm transaction for the whole process
    const std::lock_guard lock(library_mutex);

    const std::filesystem::path repodata = directory / "repodata";
    std::filesystem::create_directories(repodata);
    std::ranges::sort(packages, {}, &RepoPackage::filename);

    createrepo_error error{};
    const Repo repo(createrepo_new(repodata.c_str(), static_cast<long>(packages.size()), &error),
                    &createrepo_free);
    if (!repo) fail(directory, error);
    for (const RepoPackage& package : packages) {
        add_package(*repo, directory, package);
    }
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    const Text repomd(createrepo_finish(repo.get(), seconds, &error), &createrepo_free_text);
    if (!repomd) fail(directory, error);
    for (const auto& entry : std::filesystem::directory_iterator(repodata)) {
        sync_file(entry.path());
    }
    os::write_file_atomically(repodata / "repomd.xml", repomd.get());
}

}  // namespace terrace::publish

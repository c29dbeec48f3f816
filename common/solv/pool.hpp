#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/vocab/evr.hpp"
#include "common/vocab/result.hpp"

struct s_Pool;
struct s_Repo;

namespace terrace::solv {

/// A package and a dependency of one pool: numbers that mean nothing to another pool.
enum class Package : int {};
enum class Dependency : int {};

/// The packages of some repositories under rpm's rules on x86_64, as libsolv keeps them: load
/// repositories, prepare(), then ask and solve. A pool is not thread-safe, not even for reading:
/// looking up a dependency may add to it. One thread at a time; each thread a pool of its own.
class Pool {
public:
    Pool();
    /// Another list of architectures than that of x86_64, as pool_setarchpolicy(3) takes it.
    explicit Pool(const std::string& arch_policy);
    ~Pool();
    Pool(Pool&& other) noexcept;
    Pool& operator=(Pool&& other) noexcept;
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Adds the packages of a primary.xml, plain or compressed as the suffix says (.gz, .zst, .xz,
    /// .bz2). The error says why it is none; the pool then has nothing of it.
    [[nodiscard]] Result<void> add_primary(const std::string& repo,
                                           const std::filesystem::path& primary);
    /// The same of text in memory, which is not checked to be of that kind.
    [[nodiscard]] Result<void> add_primary_text(const std::string& repo, std::string_view text);
    /// Adds what to_solv() gave. libsolv trusts such bytes: the caller must know that they are
    /// whole.
    [[nodiscard]] Result<void> add_solv(const std::string& repo, std::string_view bytes);
    /// The same, to the repository that was added last, or to `repo` where there is none.
    [[nodiscard]] Result<void> extend_solv(const std::string& repo, std::string_view bytes);
    /// The repository that was added last, in libsolv's own format, without texts for people. Ten
    /// times faster to load than XML.
    std::string to_solv() const;

    /// Ends loading. `wanted` are dependencies that no package of the pool has: libsolv searches
    /// the file lists only for paths that something requires.
    void prepare(std::span<const Dependency> wanted = {});

    /// All of them, in the order of their repositories.
    std::vector<Package> packages() const;
    std::string name(Package package) const;
    std::string arch(Package package) const;
    Evr evr(Package package) const;
    /// "bash-5.2-1.x86_64"
    std::string nevra(Package package) const;
    /// The name of the source package that it was built from; empty if unknown.
    std::string source_name(Package package) const;
    std::vector<std::string> provided_names(Package package) const;
    /// Its Requires as rpm writes them: "foo >= 1.2", "(a or b)".
    std::vector<std::string> required(Package package) const;

    /// Where the package's file is, relative to its repository.
    std::string location(Package package) const;
    /// The SHA-256 of its file in hexadecimal digits; empty if the repository has another kind.
    std::string sha256(Package package) const;
    long long file_size(Package package) const;

    s_Pool& raw() const { return *pool_; }

private:
    s_Pool* pool_;
    s_Repo* last_repo_ = nullptr;
};

}  // namespace terrace::solv

#include "common/solv/pool.hpp"

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "common/solv/libsolv.hpp"
#include "common/solv/zstd_frames.hpp"
#include "common/vocab/check.hpp"

namespace terrace::solv {
namespace {

Solvable& solvable_of(s_Pool* pool, Package package) {
    return *pool_id2solvable(pool, static_cast<::Id>(package));
}

Error refusal(const std::filesystem::path& path, const std::string& why) {
    return Error{Errc::invalid_argument, path.string() + " is not a primary.xml: " + why + "."};
}

/// Whether the document is of that kind is not asked by libsolv, which then finds no packages.
Result<void> check_beginning(const std::filesystem::path& path) {
    const File file(solv_xfopen(path.c_str(), "r"));
    if (!file) {
        return Error{Errc::not_found, "Cannot open " + path.string() + ": " +
                                          std::generic_category().message(errno) + "."};
    }
    if (path.extension() == ".zst" && !is_whole_zstd(path)) {
        return refusal(path, "it is damaged or ends too early (zstd)");
    }
    std::array<char, 4096> buffer;
    const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get());
    const std::string_view text(buffer.data(), count);
    if (text.empty()) return refusal(path, "it is empty or cannot be decompressed");
    if (text.find("<metadata") == std::string_view::npos) {
        return refusal(path, "it does not begin with <metadata>");
    }
    return {};
}

/// Texts for people are half of the bytes and no business of a solver.
int is_for_solving(s_Repo* repo, Repokey* key, void* /*unused*/) {
    switch (key->name) {
        case SOLVABLE_SUMMARY:
        case SOLVABLE_DESCRIPTION:
        case SOLVABLE_URL:
        case SOLVABLE_LICENSE:
        case SOLVABLE_PACKAGER:
        case SOLVABLE_GROUP: return KEY_STORAGE_DROPPED;
        default: return repo_write_stdkeyfilter(repo, key, nullptr);
    }
}

struct FreeMemory {
    void operator()(char* memory) const { std::free(memory); }
};

}  // namespace

std::string solv_bytes(s_Repo* repo) {
    char* memory = nullptr;
    std::size_t size = 0;
    File file(open_memstream(&memory, &size));
    if (!file) throw std::system_error(errno, std::generic_category(), "cannot write to memory");
    Repowriter* writer = repowriter_create(repo);
    repowriter_set_keyfilter(writer, is_for_solving, nullptr);
    const int failed = repowriter_write(writer, file.get());
    repowriter_free(writer);
    file.reset();  // only now are `memory` and `size` what was written
    const std::unique_ptr<char, FreeMemory> owner(memory);
    if (failed != 0) throw std::runtime_error("libsolv cannot write a repository to memory.");
    return std::string(memory, size);
}

Pool::Pool() : pool_(pool_create()) {
    // Debian's libsolv follows dpkg's rules unless told otherwise, before anything is loaded.
    pool_setdisttype(pool_, DISTTYPE_RPM);
    if (pool_->disttype != DISTTYPE_RPM) {
        pool_free(pool_);
        throw std::runtime_error("This libsolv cannot work by rpm's rules.");
    }
    pool_set_flag(pool_, POOL_FLAG_FORBIDSELFCONFLICTS, 0);
    pool_set_flag(pool_, POOL_FLAG_OBSOLETEUSESPROVIDES, 0);
    pool_set_flag(pool_, POOL_FLAG_IMPLICITOBSOLETEUSESPROVIDES, 0);
    pool_set_flag(pool_, POOL_FLAG_IMPLICITOBSOLETEUSESCOLORS, 1);  // i686 beside x86_64, as rpm
    pool_setarch(pool_, "x86_64");
}

Pool::Pool(const std::string& arch_policy) : Pool() {
    pool_setarchpolicy(pool_, arch_policy.c_str());
}

Pool::~Pool() {
    if (pool_) pool_free(pool_);
}

Pool::Pool(Pool&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      last_repo_(std::exchange(other.last_repo_, nullptr)) {}

Pool& Pool::operator=(Pool&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(last_repo_, other.last_repo_);
    return *this;
}

Result<void> Pool::add_primary(const std::string& repo, const std::filesystem::path& primary) {
    const Result<void> checked = check_beginning(primary);
    if (!checked) return checked.error();
    const File file(solv_xfopen(primary.c_str(), "r"));
    if (!file) return refusal(primary, "it cannot be opened twice");
    s_Repo* added = repo_create(pool_, repo.c_str());
    if (repo_add_rpmmd(added, file.get(), nullptr, 0) != 0) {
        const Error error = refusal(
            primary, std::string("it is damaged or ends too early (") + pool_errstr(pool_) + ")");
        repo_free(added, 1);
        return error;
    }
    last_repo_ = added;
    return {};
}

Result<void> Pool::add_primary_text(const std::string& repo, std::string_view text) {
    const File file(solv_fmemopen(text.data(), text.size(), "r"));
    if (!file) throw std::system_error(errno, std::generic_category(), "cannot read from memory");
    s_Repo* added = repo_create(pool_, repo.c_str());
    if (repo_add_rpmmd(added, file.get(), nullptr, 0) != 0) {
        const Error error =
            refusal(repo, std::string("it is damaged (") + pool_errstr(pool_) + ")");
        repo_free(added, 1);
        return error;
    }
    last_repo_ = added;
    return {};
}

Result<void> Pool::add_solv(const std::string& repo, std::string_view bytes) {
    s_Repo* before = std::exchange(last_repo_, nullptr);
    const Result<void> added = extend_solv(repo, bytes);
    if (!added) last_repo_ = before;
    return added;
}

Result<void> Pool::extend_solv(const std::string& repo, std::string_view bytes) {
    const File file(solv_fmemopen(bytes.data(), bytes.size(), "r"));
    if (!file) throw std::system_error(errno, std::generic_category(), "cannot read from memory");
    s_Repo* added = last_repo_ ? last_repo_ : repo_create(pool_, repo.c_str());
    if (repo_add_solv(added, file.get(), 0) != 0) {
        const Error error{Errc::invalid_argument, "The cached metadata of the repository " + repo +
                                                      " cannot be read (" + pool_errstr(pool_) +
                                                      ")."};
        if (added != last_repo_) repo_free(added, 1);
        return error;
    }
    last_repo_ = added;
    return {};
}

std::string Pool::to_solv() const {
    TERRACE_CHECK(last_repo_ != nullptr);
    return solv_bytes(last_repo_);
}

void Pool::prepare(std::span<const Dependency> wanted) {
    s_Repo* repo = repo_create(pool_, "@wanted");
    Solvable* solvable = pool_id2solvable(pool_, repo_add_solvable(repo));
    solvable->name = pool_str2id(pool_, "@wanted", 1);
    solvable->evr = ID_EMPTY;
    solvable->arch = ARCH_SRC;  // cannot be installed
    Offset required = 0;
    for (const Dependency dependency : wanted) {
        required = repo_addid(repo, required, static_cast<::Id>(dependency));
    }
    solvable->dep_requires = required;
    pool_addfileprovides(pool_);
    pool_createwhatprovides(pool_);
}

std::vector<Package> Pool::packages() const {
    std::vector<Package> all;
    for (::Id id = 2; id < pool_->nsolvables; ++id) {  // 0 is none, 1 the system itself
        const Solvable* solvable = pool_id2solvable(pool_, id);
        if (solvable->repo && solvable->evr != ID_EMPTY) all.push_back(Package{id});
    }
    return all;
}

std::string Pool::name(Package package) const {
    return pool_id2str(pool_, solvable_of(pool_, package).name);
}

std::string Pool::arch(Package package) const {
    return pool_id2str(pool_, solvable_of(pool_, package).arch);
}

Evr Pool::evr(Package package) const {
    std::string text = pool_id2str(pool_, solvable_of(pool_, package).evr);
    Evr evr;
    if (const std::size_t colon = text.find(':'); colon != std::string::npos) {
        evr.epoch = std::atoi(text.c_str());
        text.erase(0, colon + 1);
    }
    const std::size_t dash = text.rfind('-');
    evr.version = text.substr(0, dash);
    if (dash != std::string::npos) evr.release = text.substr(dash + 1);
    return evr;
}

std::string Pool::nevra(Package package) const {
    return pool_solvid2str(pool_, static_cast<::Id>(package));
}

std::string Pool::source_name(Package package) const {
    const char* srpm = solvable_lookup_sourcepkg(&solvable_of(pool_, package));
    std::string name = srpm ? srpm : "";
    for (int part = 0; part < 2; ++part) {  // the release, then the version
        const std::size_t dash = name.rfind('-');
        if (dash == std::string::npos) return "";
        name.erase(dash);
    }
    return name;
}

std::vector<std::string> Pool::provided_names(Package package) const {
    IdQueue ids;
    solvable_lookup_deparray(&solvable_of(pool_, package), SOLVABLE_PROVIDES, &ids, -1);
    std::vector<std::string> names;
    for (::Id id : ids) {
        while (const std::optional<Reldep> relation = relation_of(*pool_, id)) id = relation->name;
        names.emplace_back(pool_id2str(pool_, id));
    }
    return names;
}

std::vector<std::string> Pool::required(Package package) const {
    IdQueue ids;
    solvable_lookup_deparray(&solvable_of(pool_, package), SOLVABLE_REQUIRES, &ids, 0);
    std::vector<std::string> texts;
    for (const ::Id id : ids) {
        if (id != SOLVABLE_PREREQMARKER) texts.emplace_back(pool_dep2str(pool_, id));
    }
    return texts;
}

std::string Pool::location(Package package) const {
    unsigned int medium = 0;
    const char* location = solvable_lookup_location(&solvable_of(pool_, package), &medium);
    return location ? location : "";
}

std::string Pool::sha256(Package package) const {
    ::Id type = 0;
    const char* hex =
        solvable_lookup_checksum(&solvable_of(pool_, package), SOLVABLE_CHECKSUM, &type);
    return hex && type == REPOKEY_TYPE_SHA256 ? hex : "";
}

long long Pool::file_size(Package package) const {
    return static_cast<long long>(
        solvable_lookup_num(&solvable_of(pool_, package), SOLVABLE_DOWNLOADSIZE, 0));
}

}  // namespace terrace::solv

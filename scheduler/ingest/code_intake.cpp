#include "scheduler/ingest/code_intake.hpp"

#include <algorithm>
#include <array>

namespace terrace::ingest {
namespace {

struct Language {
    std::string_view what;
    std::string_view dependency;  ///< how its own dependencies begin; empty: it has none
    std::string_view package;     ///< how the names of its -devel packages begin
};

constexpr std::array<Language, 4> kLanguages = {
    Language{"the crate", "crate(", "rust-"}, Language{"the Go package", "golang(", "golang-"},
    Language{"the Haskell package", "", "ghc-"}, Language{"the OCaml library", "", "ocaml-"}};

/// "rust-libc-devel" and "rust-libc+std-devel" of "rust-", but not "rust-devel".
bool is_devel_of(std::string_view package, std::string_view prefix) {
    constexpr std::string_view kSuffix = "-devel";
    return package.starts_with(prefix) && package.ends_with(kSuffix) &&
           package.size() > prefix.size() + kSuffix.size();
}

bool is_static(std::string_view name) {
    // glibc-static(x86-64) is what glibc-static provides as well.
    return name.substr(0, name.find('(')).ends_with("-static");
}

/// Whether a dependency, maybe a rich one, asks for that name.
bool is_word_of(std::string_view name, std::string_view dependency) {
    constexpr std::string_view kBetween = " \t()";
    for (std::size_t at = dependency.find(name); at != std::string_view::npos;
         at = dependency.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        const bool begins = at == 0 || kBetween.find(dependency[at - 1]) != std::string_view::npos;
        const bool ends =
            end == dependency.size() || kBetween.find(dependency[end]) != std::string_view::npos;
        if (begins && ends) return true;
    }
    return false;
}

std::string reason(std::string_view what, std::string_view name, std::string_view build_requires) {
    return std::string(what) + " " + std::string(name) + ": BuildRequires " +
           std::string(build_requires);
}

}  // namespace

std::string code_reason(std::string_view build_requires,
                        std::string_view package,
                        std::span<const std::string> provides) {
    for (const Language& language : kLanguages) {
        const bool by_dependency =
            !language.dependency.empty() && build_requires.starts_with(language.dependency);
        if (by_dependency || is_devel_of(package, language.package)) {
            return reason("compiles in " + std::string(language.what), package, build_requires);
        }
    }
    if (is_static(package)) return reason("links the static library", package, build_requires);
    for (const std::string& provided : provides) {
        if (!is_static(provided)) continue;
        // gcc provides libatomic-static, and is not for that a library of all that it compiles.
        if (package.ends_with("-devel") || is_word_of(provided, build_requires)) {
            return reason("takes code of " + std::string(package) + ", which provides", provided,
                          build_requires);
        }
    }
    return "";
}

}  // namespace terrace::ingest

#include "scheduler/core/gate/verdict_key.hpp"

#include <algorithm>
#include <array>

#include "common/vocab/audit.hpp"
#include "common/vocab/sha256.hpp"

namespace terrace::core {
namespace {

/// Names of packages. Some have versions in them (clang18, llvm18-libs); gcc-toolset-14-gcc is one.
constexpr std::array<const char*, 9> kCompilers = {
    "gcc*", "clang*", "llvm*", "rust*", "golang*", "ghc-compiler*", "ldc*", "ocaml*", "gnat*"};

}  // namespace

std::vector<std::string> compilers_among(const std::vector<std::string>& nevras) {
    std::vector<std::string> compilers;
    for (const std::string& nevra : nevras) {
        const bool is_compiler = std::ranges::any_of(
            kCompilers, [&](const char* pattern) { return matches_pattern(pattern, nevra); });
        if (is_compiler) compilers.push_back(nevra);
    }
    std::ranges::sort(compilers);
    return compilers;
}

std::string verdict_key(const VerdictSubject& subject) {
    // Each text with its length before it, so that no two subjects give the same sequence.
    std::string text;
    const auto add = [&](const std::string& part) {
        text += std::to_string(part.size()) + ":" + part;
    };
    add(subject.release);
    add(subject.package);
    add(std::to_string(subject.epoch));
    add(subject.version);
    add(subject.variant);
    add(subject.vendor);
    for (const std::string& flags : subject.flags) add(flags);
    for (const std::vector<std::string>& compilers : subject.compilers) {
        add(std::to_string(compilers.size()));
        for (const std::string& compiler : compilers) add(compiler);
    }
    add(subject.benchmark.hex);
    return sha256_of_text(text).hex;
}

}  // namespace terrace::core

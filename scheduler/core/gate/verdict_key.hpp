#pragma once

#include <string>
#include <vector>

#include "common/vocab/digest.hpp"

namespace terrace::core {

/// Of the packages of a build root, the compilers: those that choose the instructions. Sorted. A
/// package too many only makes keys differ more often.
std::vector<std::string> compilers_among(const std::vector<std::string>& nevras);

/// What a verdict is about. A later comparison that agrees in all of it measures what this one did,
/// but for what a patch changed: neither release nor patches of the source package are part of it.
struct VerdictSubject {
    std::string release;
    std::string package;
    int epoch = 0;
    std::string version;  ///< upstream's
    std::string variant;  ///< its level
    std::string vendor;   ///< of the CPUs that it is measured on; empty: any
    /// As of both builds, the baseline's first: their flags, and the compilers of their build
    /// roots.
    std::vector<std::string> flags;
    std::vector<std::vector<std::string>> compilers;
    Digest benchmark;  ///< commands and corpus
};

/// In 256 bits. Equal keys, equal subjects.
std::string verdict_key(const VerdictSubject& subject);

}  // namespace terrace::core

#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/wire/dsse.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/publish/build_facts.hpp"

namespace terrace::publish {

/// A file that a build made, as it is published: signed, if its release is.
struct Subject {
    std::string filename;
    Digest digest;
};

/// The in-toto Statement v1 with the SLSA provenance v1 of a build, as JSON. What the release file
/// says is named only as far as the build's identity proves that it said so then. `rebuilt`: the
/// digests of RPMs of its own rebuild that its buildroot may have held, by name-version-release.
/// Equal arguments give equal bytes.
std::string provenance_of(const BuildFacts& facts,
                          const core::ReleaseSpec& release,
                          const std::vector<Subject>& subjects,
                          const std::map<std::string, Digest>& rebuilt);

/// "bash-5.2-1" of "bash-5.2-1.x86_64.rpm".
std::string nvr_of_file(const std::string& filename);

/// The same of "bash-5.2-1.x86_64", and of "bash-1:5.2-1.x86_64".
std::string nvr_of_nevra(const std::string& nevra);

}  // namespace terrace::publish

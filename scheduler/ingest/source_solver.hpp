#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/solv/pool.hpp"
#include "common/vocab/result.hpp"
#include "scheduler/ingest/resolution_cache.hpp"

namespace terrace::ingest {

/// A repository in libsolv's format, as solv_of() gives it.
struct SolvRepo {
    std::string name;
    std::string bytes;
};

/// Resolves the BuildRequires of source packages in an empty buildroot, one after the other, each
/// for itself. Owned by one thread, and some tens of megabytes large.
class SourceSolver {
public:
    /// `base` is installed into every buildroot; what no repository has of it is left out.
    /// `dependencies` are all that will be asked.
    static Result<SourceSolver> create(const std::vector<SolvRepo>& repos,
                                       const std::vector<std::string>& base,
                                       const std::vector<std::string>& dependencies);

    const std::vector<std::string>& absent_base() const { return absent_base_; }

    /// What nothing provides is a problem, and the rest is resolved all the same: an ordered
    /// rebuild wants the needs that are known.
    Resolution resolve(const std::vector<std::string>& build_requires);

private:
    /// What is asked of a package again and again.
    struct Facts {
        std::string source;
        std::vector<std::string> provides;
    };
    struct Wish {
        solv::Dependency dependency;
        std::string text;
    };

    SourceSolver(solv::Pool pool, std::vector<solv::Dependency> base);
    std::vector<Wish> possible_wishes(const std::vector<std::string>& build_requires,
                                      std::vector<std::string>& problems);
    void note_needs(const Wish& wish,
                    const std::vector<solv::Package>& installed,
                    Resolution& resolution);
    const Facts& facts_of(solv::Package package);

    solv::Pool pool_;
    std::vector<solv::Dependency> base_;
    std::vector<std::string> absent_base_;
    std::vector<std::optional<Facts>> facts_;  ///< by the package's number
};

}  // namespace terrace::ingest

#include "scheduler/core/compose_rules.hpp"

#include <map>
#include <set>
#include <utility>

#include "scheduler/core/compose_plan.hpp"

namespace terrace::core {
namespace {

using Row = ComposePackage;

/// The rows of each repo, and what the rules ask for again and again.
class Book {
public:
    Book(const ReleaseSpec& release, const std::vector<Row>& rows)
        : release_(release), rows_(rows), prefix_(release.baseline().name + "/") {}

    std::vector<std::string> broken() && {
        check_files();
        check_baseline();
        for (const VariantSpec& variant : release_.variants) {
            if (variant.name != release_.baseline().name) check_variant(variant);
        }
        return std::move(broken_);
    }

private:
    bool is_baseline(const Row& row) const { return row.repo.starts_with(prefix_); }

    void must(bool holds, const std::string& sentence) {
        if (!holds) broken_.push_back(sentence);
    }

    void check_files() {
        std::map<std::pair<std::string, std::string>, std::string> source_of;
        for (const Row& row : rows_) {
            const auto [found, is_new] =
                source_of.try_emplace({row.repo, row.filename}, row.source);
            must(is_new, "Source packages '" + found->second + "' and '" + row.source +
                             "' both bring " + row.filename + " to " + row.repo + ".");
        }
    }

    void check_baseline() {
        std::map<std::string, BuildId> build_of;
        for (const Row& row : rows_) {
            if (!is_baseline(row)) continue;
            const auto [found, is_new] = baseline_.try_emplace({row.debug, row.nevra.name}, &row);
            must(is_new, row.nevra.name + " is twice in " + row.repo + ": from source packages '" +
                             found->second->source + "' and '" + row.source + "'.");
            files_[row.filename] = &row;
            const auto [build, first] = build_of.try_emplace(row.source, row.build);
            must(first || build->second == row.build, "The packages of '" + row.source + "' in " +
                                                          row.repo + " are of different builds.");
            const bool compiled = !row.debug && row.nevra.arch != "noarch";
            if (compiled) compiled_[row.source].insert(row.nevra.name);
        }
    }

    void check_variant(const VariantSpec& variant) {
        std::map<std::string, std::set<std::string>> names;  // at the level, by source
        std::map<std::string, BuildId> build_of;
        std::set<std::string> copies;
        for (const Row& row : rows_) {
            if (!row.repo.starts_with(variant.name + "/")) continue;
            check_lock_step(row);
            if (!is_at_level(release_, variant, row)) {
                copies.insert(row.filename);
                check_copy(variant, row);
                continue;
            }
            const auto [build, first] = build_of.try_emplace(row.source, row.build);
            must(first || build->second == row.build, "The packages of '" + row.source + "' in " +
                                                          row.repo + " are of different builds.");
            if (!row.debug) names[row.source].insert(row.nevra.name);
        }
        if (variant.encoding == Encoding::arch) {
            for (const auto& [file, row] : files_) {
                must(copies.contains(file), row->nevra.name + " is not in the repo of " +
                                                variant.name + ", which must be complete.");
            }
        }
        for (const auto& [source, its] : names) {
            const auto compiled = compiled_.find(source);
            must(compiled != compiled_.end() && its == compiled->second,
                 variant.name + " has some packages of '" + source + "' and lacks others.");
        }
        for (const AbiGroup& group : release_.compose.abi_groups)
            check_group(variant, group, names);
    }

    void check_lock_step(const Row& row) {
        const auto found = baseline_.find({row.debug, row.nevra.name});
        // A level's debug packages may be others: their names follow from the code.
        if (row.debug && found == baseline_.end()) return;
        must(found != baseline_.end(),
             row.nevra.name + " is in " + row.repo + " and not in the baseline's.");
        if (found == baseline_.end()) return;
        must(found->second->nevra.evr() == row.nevra.evr(),
             row.nevra.name + " is " + to_string(row.nevra.evr()) + " in " + row.repo + " and " +
                 to_string(found->second->nevra.evr()) + " in the baseline's.");
    }

    void check_copy(const VariantSpec& variant, const Row& row) {
        const auto found = files_.find(row.filename);
        const bool same = found != files_.end() && found->second->digest == row.digest &&
                          found->second->build == row.build && found->second->debug == row.debug;
        must(same && variant.encoding == Encoding::arch,
             row.filename + " of " + row.repo + " is neither of its level nor the baseline's.");
    }

    void check_group(const VariantSpec& variant,
                     const AbiGroup& group,
                     const std::map<std::string, std::set<std::string>>& names) {
        std::string in;
        std::string out;
        for (const std::string& source : group.sources) {
            if (!compiled_.contains(source)) continue;
            (names.contains(source) ? in : out) = source;
        }
        must(in.empty() || out.empty(), "Of the ABI group '" + group.name + "' " + variant.name +
                                            " has '" + in + "' and not '" + out + "'.");
    }

    const ReleaseSpec& release_;
    const std::vector<Row>& rows_;
    const std::string prefix_;
    std::vector<std::string> broken_;
    std::map<std::pair<bool, std::string>, const Row*> baseline_;  ///< by debug and name
    std::map<std::string, const Row*> files_;                      ///< of the baseline
    std::map<std::string, std::set<std::string>> compiled_;        ///< its names, by source
};

}  // namespace

std::vector<std::string> broken_compose_rules(const ReleaseSpec& release,
                                              const std::vector<ComposePackage>& packages) {
    return Book(release, packages).broken();
}

}  // namespace terrace::core

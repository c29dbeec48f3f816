#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Greenwave's decision API, version 1.0, so that what asks Greenwave (Bodhi, for one) can ask this
/// farm: POST /api/v1.0/decision. The words are Greenwave's (docs.pagure.org/greenwave).
namespace terrace {

struct DecisionRequest {
    std::string product_version;     ///< the release
    std::string decision_context;    ///< the variant
    std::string subject_type;        ///< "koji_build"
    std::string subject_identifier;  ///< name-version-release of the source package
};
BOOST_DESCRIBE_STRUCT(DecisionRequest,
                      (),
                      (product_version, decision_context, subject_type, subject_identifier))

struct DecisionRequirement {
    std::string type;  ///< "test-result-passed", "-failed", "-missing", "-incomplete"; "-waived"
    std::string testcase;  ///< "terrace.verdict"
    std::string subject_type;
    std::string subject_identifier;
    std::optional<std::string> scenario;    ///< none
    std::optional<std::string> source;      ///< the reason, in words
    std::optional<std::int64_t> result_id;  ///< the comparison or build
    std::optional<std::int64_t> waiver_id;
    friend bool operator==(const DecisionRequirement&, const DecisionRequirement&) = default;
};
BOOST_DESCRIBE_STRUCT(
    DecisionRequirement,
    (),
    (type, testcase, subject_type, subject_identifier, scenario, source, result_id, waiver_id))

struct DecisionAnswer {
    bool policies_satisfied = false;
    std::string summary;
    std::vector<std::string> applicable_policies;
    std::vector<DecisionRequirement> satisfied_requirements;
    std::vector<DecisionRequirement> unsatisfied_requirements;
    friend bool operator==(const DecisionAnswer&, const DecisionAnswer&) = default;
};
BOOST_DESCRIBE_STRUCT(DecisionAnswer,
                      (),
                      (policies_satisfied,
                       summary,
                       applicable_policies,
                       satisfied_requirements,
                       unsatisfied_requirements))

}  // namespace terrace

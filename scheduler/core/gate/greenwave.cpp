#include "scheduler/core/gate/greenwave.hpp"

#include <fmt/format.h>

#include "common/vocab/names.hpp"

namespace terrace::core {
namespace {

std::string type_of(const StageResult& stage) {
    switch (stage.state) {
        case StageState::passed: return "test-result-passed";
        case StageState::failed: return "test-result-failed";
        case StageState::missing: return "test-result-missing";
        case StageState::queued:
        case StageState::running: return "test-result-incomplete";
        case StageState::waived:
            return stage.was == StageState::failed ? "test-result-failed-waived"
                                                   : "test-result-missing-waived";
    }
    return "test-result-missing";
}

}  // namespace

DecisionAnswer greenwave_answer(const DecisionRequest& request,
                                const std::vector<StageResult>& stages,
                                std::optional<std::int64_t> result) {
    DecisionAnswer answer;
    answer.applicable_policies = {"terrace/" + request.product_version + "/" +
                                  request.decision_context};
    std::size_t failed = 0;
    std::size_t missing = 0;
    for (const StageResult& stage : stages) {
        DecisionRequirement requirement;
        requirement.type = type_of(stage);
        requirement.testcase = "terrace." + name_of(stage.stage);
        requirement.subject_type = request.subject_type;
        requirement.subject_identifier = request.subject_identifier;
        requirement.source = stage.reason;
        if (stage.state != StageState::missing) requirement.result_id = result;
        if (stage.waiver) requirement.waiver_id = stage.waiver->value;
        const bool satisfied =
            stage.state == StageState::passed || stage.state == StageState::waived;
        if (stage.state == StageState::failed) ++failed;
        if (!satisfied && stage.state != StageState::failed) ++missing;
        (satisfied ? answer.satisfied_requirements : answer.unsatisfied_requirements)
            .push_back(std::move(requirement));
    }
    answer.policies_satisfied = answer.unsatisfied_requirements.empty();
    answer.summary =
        answer.policies_satisfied
            ? "All required tests passed"
            : fmt::format("Of {} required tests, {} failed, {} results missing or incomplete",
                          stages.size(), failed, missing);
    return answer;
}

}  // namespace terrace::core

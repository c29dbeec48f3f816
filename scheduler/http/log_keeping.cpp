#include "scheduler/http/log_keeping.hpp"

namespace terrace::rest {
namespace {

std::string days_of(Duration time) {
    if (time < std::chrono::days(1))
        return std::to_string(std::chrono::floor<std::chrono::seconds>(time).count()) + " s";
    const auto days = std::chrono::floor<std::chrono::days>(time).count();
    return days == 1 ? "1 day" : std::to_string(days) + " days";
}

}  // namespace

std::string LogKeeping::name_for(Outcome outcome) const {
    return (ended_well(outcome) ? "logs.keep (" : "logs.keep_failed (") +
           days_of(keep_of(outcome)) + ")";
}

}  // namespace terrace::rest

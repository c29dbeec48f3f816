#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "common/vocab/nevra.hpp"
#include "common/vocab/rpm_file.hpp"

namespace terrace::inspect {

struct InspectedRpm {
    std::string filename;
    Nevra nevra;
    friend bool operator==(const InspectedRpm&, const InspectedRpm&) = default;
};
BOOST_DESCRIBE_STRUCT(InspectedRpm, (), (filename, nevra))

/// What terrace-inspect says of a directory of built RPMs, as one line of JSON.
struct Inspection {
    std::string refusal;             ///< why they cannot be used; empty if they can
    std::vector<InspectedRpm> rpms;  ///< all of the directory, by file name; none with a refusal
    AuditReport audit;
    friend bool operator==(const Inspection&, const Inspection&) = default;
};
BOOST_DESCRIBE_STRUCT(Inspection, (), (refusal, rpms, audit))

}  // namespace terrace::inspect

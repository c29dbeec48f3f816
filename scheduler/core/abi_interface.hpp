#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

namespace terrace::core {

/// What a build shares with others through libraries whose types depend on the level
/// (gate/abi_groups.hpp).
struct AbiInterface {
    std::vector<std::string> libraries;  ///< packages of ComposePolicy::abi_group_libraries
    std::vector<std::string> sonames_provided;
    std::vector<std::string> sonames_required;
    friend bool operator==(const AbiInterface&, const AbiInterface&) = default;
};
BOOST_DESCRIBE_STRUCT(AbiInterface, (), (libraries, sonames_provided, sonames_required))

}  // namespace terrace::core

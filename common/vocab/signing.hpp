#pragma once

#include <boost/describe.hpp>

namespace terrace {

/// How the packages and metadata of a release are signed. `none` is said by the release file, never
/// assumed: clients of such a release check nothing.
enum class Signing { none, gnupg };
BOOST_DESCRIBE_ENUM(Signing, none, gnupg)

}  // namespace terrace

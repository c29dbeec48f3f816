#include "scheduler/http/stored_objects.hpp"

namespace terrace::rest {

Result<void> check_uploaded(Objects& objects, const NamedDigests& files) {
    for (const auto& [name, digest] : files) {
        if (digest.hex.empty())
            return Error{Errc::invalid_argument, "'" + name + "' has no digest."};
        if (objects.size_of(digest)) continue;
        return Error{Errc::invalid_argument,
                     "'" + name + "' was not uploaded: there is no object " + digest.hex + "."};
    }
    return {};
}

}  // namespace terrace::rest

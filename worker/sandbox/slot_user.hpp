#pragma once

#include <string>
#include <vector>

#include "common/vocab/result.hpp"

namespace terrace::sandbox {

/// Whom a slot builds as. Nobody else may use that account: at a slot's end every process of it is
/// killed.
struct SlotUser {
    int uid = -1;  ///< -1: the worker is not root, and everything is its own user's
    int gid = -1;  ///< the account's group; the uid once more where there is no account
    friend bool operator==(const SlotUser&, const SlotUser&) = default;
};

/// Whether this process may act as other users, and remove what they made.
bool is_root();

/// The users that a configuration names: an account ("terrace-build0"), a number ("60800") or a
/// range of numbers ("60800-60815") each. A number needs no account unless mock is Fedora's, which
/// asks for one. Errc::invalid_argument for an unknown account, for a user named twice, and for
/// root and nobody, whom others use as well. Reads the user database.
Result<std::vector<SlotUser>> slot_users_of(const std::vector<std::string>& names);

}  // namespace terrace::sandbox

#include "worker/sandbox/slot_user.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace terrace::sandbox {
namespace {

constexpr int kNobody = 65534;  // the kernel's overflow uid, too
constexpr int kUsersMax = 1024;

std::optional<int> number_in(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
    return number;
}

/// Calls getpwnam_r or getpwuid_r, which need a buffer.
template <class Look, class Key>
std::optional<SlotUser> look_up(Look look, Key key) {
    std::array<char, 16384> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (look(key, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return SlotUser{static_cast<int>(entry.pw_uid), static_cast<int>(entry.pw_gid)};
}

SlotUser user_of(int uid) {
    return look_up(&::getpwuid_r, static_cast<uid_t>(uid)).value_or(SlotUser{uid, uid});
}

/// "7" and "7-9"; nullopt for anything else.
std::optional<std::pair<int, int>> range_of(std::string_view name) {
    const std::size_t dash = name.find('-');
    const auto first = number_in(name.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number_in(name.substr(dash + 1));
    if (!first || !last) return std::nullopt;
    return std::pair(*first, *last);
}

}  // namespace

bool is_root() {
    return ::geteuid() == 0;
}

Result<std::vector<SlotUser>> slot_users_of(const std::vector<std::string>& names) {
    std::vector<SlotUser> users;
    const auto refuse = [](const std::string& name, const std::string& why) {
        return Error{Errc::invalid_argument, "slot user '" + name + "' " + why};
    };
    for (const std::string& name : names) {
        std::vector<SlotUser> named;
        if (const auto range = range_of(name)) {
            if (range->second < range->first || range->second - range->first >= kUsersMax)
                return refuse(name, "is no range of user numbers");
            for (int uid = range->first; uid <= range->second; ++uid) named.push_back(user_of(uid));
        } else if (const auto user = look_up(&::getpwnam_r, name.c_str())) {
            named.push_back(*user);
        } else {
            return refuse(name, "is no account of this host (deploy/sysusers.d makes some)");
        }
        for (const SlotUser& user : named) {
            if (user.uid == 0 || user.uid == kNobody)
                return refuse(name, "is shared with others: a slot needs a user of its own");
            if (std::ranges::find(users, user.uid, &SlotUser::uid) != users.end())
                return refuse(name, "is named twice: no two slots may have the same user");
            users.push_back(user);
        }
    }
    return users;
}

}  // namespace terrace::sandbox

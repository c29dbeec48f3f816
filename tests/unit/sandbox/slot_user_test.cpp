#include "worker/sandbox/slot_user.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace terrace::sandbox {

TEST_CASE("slot users are accounts, numbers and ranges of numbers") {
    const auto users = slot_users_of({"daemon", "990001", "990005-990006"});
    REQUIRE(users.has_value());
    REQUIRE(users->size() == 4);
    CHECK((*users)[0].uid > 0);
    CHECK((*users)[1] == SlotUser{990001, 990001});
    CHECK((*users)[2] == SlotUser{990005, 990005});
    CHECK((*users)[3] == SlotUser{990006, 990006});
    CHECK(slot_users_of({})->empty());
}

TEST_CASE("a slot's user is nobody else's") {
    struct Row {
        std::vector<std::string> names;
        const char* why;
    };
    for (const Row& row :
         {Row{{"root"}, "shared"}, Row{{"0"}, "shared"}, Row{{"65534"}, "shared"},
          Row{{"990001", "990000-990002"}, "twice"}, Row{{"no-such-account-here"}, "no account"},
          Row{{"9-3"}, "no range"}, Row{{"1-1000000"}, "no range"}, Row{{"1-"}, "no account"},
          Row{{""}, "no account"}}) {
        CAPTURE(row.names.back());
        const auto users = slot_users_of(row.names);
        REQUIRE(users.has_error());
        CHECK(users.error().message.find(row.why) != std::string::npos);
    }
}

}  // namespace terrace::sandbox

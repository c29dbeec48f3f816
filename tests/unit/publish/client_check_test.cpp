#include "scheduler/publish/client_check.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "common/os/files.hpp"
#include "scheduler/publish/metadata_shard.hpp"
#include "tests/unit/solv/primary_text.hpp"

using namespace terrace;
using namespace terrace::publish;
using testing::MadeUp;

namespace {

MadeUp package(const std::string& name, const std::string& version, const std::string& arch) {
    return {.name = name, .version = version, .arch = arch};
}

using Repos = std::map<std::string, std::vector<MadeUp>>;  // by variant

/// Composes with nothing but metadata: all that a solver looks at.
class Composes {
public:
    explicit Composes(Encoding encoding) {
        check_.variants = {{"x86_64", Level::x86_64, encoding},
                           {"x86_64_v3", Level::x86_64_v3, encoding}};
        check_.cache = root_.path() / "cache";
    }
    void stalled(const std::string& name) { check_.stalled.insert(name); }
    void back() { check_.back = true; }
    void earlier(const Repos& repos) { check_.earlier.push_back(write(repos)); }
    void platform(const std::vector<MadeUp>& packages) {
        const std::filesystem::path directory = root_.path() / "platform";
        testing::make_repo(directory, packages);
        check_.platform.push_back(
            solv::read_client_repo("platform", directory / "repodata" / "primary.xml").value());
    }
    /// What the check says of a next compose, a line each.
    std::string findings(const Repos& repos) {
        check_.compose = write(repos);
        std::string text;
        for (const ClientFinding& finding : check_clients(check_, {}))
            text += to_string(finding) + "\n";
        return text;
    }

private:
    std::filesystem::path write(const Repos& repos) {
        const std::filesystem::path compose = root_.path() / std::to_string(++last_);
        for (const auto& [variant, packages] : repos)
            testing::make_repo(compose / variant / "os", packages);
        return compose;
    }

    os::TemporaryDirectory root_;
    ClientCheck check_;
    int last_ = 0;
};

const MadeUp kBase1 = package("a", "1", "x86_64");
const MadeUp kBase2 = package("a", "2", "x86_64");
const MadeUp kLevel1 = package("a", "1", "x86_64_v3");
const MadeUp kLevel2 = package("a", "2", "x86_64_v3");

/// user-N needs a-N.
const MadeUp kUser1{.name = "user", .required = {"a = 1-1"}};
const MadeUp kUser2{.name = "user", .required = {"a = 2-1"}, .version = "2"};

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("complete repositories of an architecture in lock-step hurt nobody") {
    Composes composes(Encoding::arch);
    const Repos first = {{"x86_64", {kBase1}}, {"x86_64_v3", {kBase1, kLevel1}}};
    CHECK(composes.findings(first) == "");
    composes.earlier(first);
    CHECK(composes.findings({{"x86_64", {kBase2}}, {"x86_64_v3", {kBase2, kLevel2}}}) == "");
}

TEST_CASE("encoding arch: what would hurt a client is found") {
    Composes composes(Encoding::arch);
    composes.earlier({{"x86_64", {kBase1}}, {"x86_64_v3", {kBase1, kLevel1}}});
    SUBCASE("a level that lags") {
        const std::string found =
            composes.findings({{"x86_64", {kBase2}}, {"x86_64_v3", {kBase2, kLevel1}}});
        CHECK(has(found,
                  "Client x86_64_v3, level-aware, install, a: It would have 1-1.x86_64_v3, "
                  "and the baseline has 2-1.\n"));
        CHECK(has(found, "upgrade from compose 1, a: "));
        CHECK(has(found, "distro-sync from compose 1, a: "));
        CHECK_FALSE(has(found, "stock"));
    }
    SUBCASE("a level that is withdrawn is not left by upgrade, but by distro-sync") {
        const std::string found =
            composes.findings({{"x86_64", {kBase2}}, {"x86_64_v3", {kBase2}}});
        CHECK(has(found,
                  "Client x86_64_v3, level-aware, upgrade from compose 1, a: It would have "
                  "1-1.x86_64_v3, and the baseline has 2-1.\n"));
        CHECK_FALSE(has(found, "install"));
        CHECK_FALSE(has(found, "distro-sync"));
    }
    SUBCASE("a level that is withdrawn may stall who knows it, and what needs it") {
        composes.stalled("a.x86_64_v3");
        const Repos then = {{"x86_64", {kBase1, kUser1}}, {"x86_64_v3", {kBase1, kLevel1, kUser1}}};
        const Repos now = {{"x86_64", {kBase2, kUser2}}, {"x86_64_v3", {kBase2, kUser2}}};
        composes.earlier(then);
        CHECK(composes.findings(now) == "");
        const MadeUp other1 = package("other", "1", "x86_64_v3");
        const MadeUp other2 = package("other", "2", "x86_64");
        composes.earlier({{"x86_64", {kBase2}}, {"x86_64_v3", {kBase2, other1}}});
        const std::string found = composes.findings(
            {{"x86_64", {kBase2, kUser2, other2}}, {"x86_64_v3", {kBase2, kUser2, other2}}});
        CHECK(has(found, "upgrade from compose 4, other: "));
        CHECK_FALSE(has(found, ", a: "));
    }
    SUBCASE("a baseline that goes back") {
        composes.earlier({{"x86_64", {kBase2}}, {"x86_64_v3", {kBase2, kLevel2}}});
        // The baseline itself decides what is new: a rollback is somebody's will.
        CHECK(composes.findings({{"x86_64", {kBase1}}, {"x86_64_v3", {kBase1, kLevel1}}}) == "");
    }
    SUBCASE("a repository of the level that lacks the baseline's packages") {
        const MadeUp user{.name = "user", .required = {"b"}};
        const std::string found =
            composes.findings({{"x86_64", {kBase2, package("b", "1", "x86_64"), user}},
                               {"x86_64_v3", {kLevel2, user}}});
        CHECK(has(found, "Client x86_64_v3, level-aware, install, user: "));
        CHECK_FALSE(has(found, "stock"));
    }
}

TEST_CASE("a stream goes back: its clients follow by distro-sync, in both encodings") {
    SUBCASE("arch: what was promoted meanwhile is left, and its baseline is older again") {
        Composes composes(Encoding::arch);
        composes.back();
        composes.earlier({{"x86_64", {kBase2}}, {"x86_64_v3", {kBase2, kLevel2}}});
        CHECK(composes.findings({{"x86_64", {kBase1}}, {"x86_64_v3", {kBase1}}}) == "");
    }
    SUBCASE("flags") {
        Composes composes(Encoding::flags);
        composes.back();
        composes.earlier({{"x86_64", {kBase2}}, {"x86_64_v3", {kBase2}}});
        CHECK(composes.findings({{"x86_64", {kBase1}}, {"x86_64_v3", {}}}) == "");
    }
}

TEST_CASE("a client that cannot go back, or keeps what it had, is found") {
    Composes composes(Encoding::arch);
    composes.back();
    SUBCASE("nothing provides what the older one needs") {
        const MadeUp older{.name = "a", .required = {"gone-since"}};
        composes.earlier({{"x86_64", {kBase2}}, {"x86_64_v3", {kBase2}}});
        const std::string found = composes.findings({{"x86_64", {older}}, {"x86_64_v3", {older}}});
        CHECK(has(found, "Client x86_64, stock, install, a: "));
        CHECK(has(found, "Client x86_64, stock, distro-sync from compose 1, a: "));
        CHECK_FALSE(has(found, "upgrade"));
    }
    SUBCASE("the repository of its level still has the newer one") {
        composes.earlier({{"x86_64", {kBase2}}, {"x86_64_v3", {kBase2, kLevel2}}});
        const std::string found =
            composes.findings({{"x86_64", {kBase1}}, {"x86_64_v3", {kBase1, kLevel2}}});
        CHECK(has(found,
                  "Client x86_64_v3, level-aware, distro-sync from compose 1, a: It would keep "
                  "2-1.x86_64_v3, and the stream goes back to 1-1.\n"));
        CHECK_FALSE(has(found, "stock"));
    }
}

TEST_CASE("encoding flags: a sparse repository of the level may lag or be withdrawn") {
    Composes composes(Encoding::flags);
    composes.earlier({{"x86_64", {kBase1}}, {"x86_64_v3", {kBase1}}});
    CHECK(composes.findings({{"x86_64", {kBase2}}, {"x86_64_v3", {kBase2}}}) == "");
    CHECK(composes.findings({{"x86_64", {kBase2}}, {"x86_64_v3", {kBase1}}}) == "");
    CHECK(composes.findings({{"x86_64", {kBase2}}, {"x86_64_v3", {}}}) == "");
}

TEST_CASE("a package that cannot be installed is named with its reason, and hides no other") {
    Composes composes(Encoding::arch);
    const MadeUp broken{.name = "broken", .required = {"nobody-has-this"}};
    const std::string found = composes.findings(
        {{"x86_64", {kBase1, broken, package("c", "1", "x86_64")}}, {"x86_64_v3", {kBase1}}});
    CHECK(has(found, "Client x86_64, stock, install, broken: "));
    CHECK(has(found, "nobody-has-this"));
    CHECK_FALSE(has(found, ", a: "));
    CHECK_FALSE(has(found, ", c: "));
}

TEST_CASE("what every client has beside the stream is there") {
    Composes composes(Encoding::arch);
    composes.platform({package("libc", "1", "x86_64")});
    const MadeUp user{.name = "user", .required = {"libc"}};
    CHECK(composes.findings({{"x86_64", {user}}, {"x86_64_v3", {user}}}) == "");
}

TEST_CASE("what is not new and needs what is gone is found, by those who install and who have it") {
    Composes composes(Encoding::flags);
    const MadeUp old_lib{.name = "lib", .provided = {"lib.so.1"}};
    const MadeUp new_lib{.name = "lib", .provided = {"lib.so.2"}, .version = "2"};
    const MadeUp user{.name = "user", .required = {"lib.so.1"}};
    composes.earlier({{"x86_64", {old_lib, user, kBase1}}, {"x86_64_v3", {}}});
    const std::string found =
        composes.findings({{"x86_64", {new_lib, user, kBase1}}, {"x86_64_v3", {}}});
    CHECK(has(found, "Client x86_64, stock, install, user: "));
    CHECK(has(found,
              "Client x86_64, stock, upgrade from compose 1, lib: It would have 1-1.x86_64, "));
    CHECK(has(found, "Client x86_64, stock, distro-sync from compose 1, "));
    CHECK(has(found, "Client x86_64_v3, stock, install, user: "));
    CHECK_FALSE(has(found, ", a: "));
}

TEST_CASE("a change that hurts on one machine of many is found for the package that it hurts") {
    Composes composes(Encoding::arch);
    std::vector<MadeUp> then;
    std::vector<MadeUp> now;
    for (int i = 0; i < 20; ++i) {
        const std::string name = "p" + std::to_string(i);
        then.push_back(package(name, "1", "x86_64"));
        now.push_back(package(name, "2", "x86_64"));
    }
    now[7].required = {"nobody-has-this"};
    composes.earlier({{"x86_64", then}, {"x86_64_v3", then}});
    const std::string found = composes.findings({{"x86_64", now}, {"x86_64_v3", now}});
    for (const char* errand : {"install", "upgrade from compose 1", "distro-sync from compose 1"})
        CHECK(has(found, "Client x86_64, stock, " + std::string(errand) + ", p7: "));
    CHECK_FALSE(has(found, ", p8: "));
    CHECK_FALSE(has(found, ", p0: "));
}

TEST_CASE("a package that is new, gone or replaced by another hurts nobody") {
    for (const Encoding encoding : {Encoding::arch, Encoding::flags}) {
        Composes composes(encoding);
        const std::vector<MadeUp> then = {kBase1, package("gone", "1", "x86_64"),
                                          package("old-name", "1", "x86_64")};
        const std::vector<MadeUp> now = {
            kBase1,
            package("new", "1", "x86_64"),
            {.name = "new-name", .provided = {"old-name = 2"}, .obsoleted = {"old-name < 2"}}};
        const bool arch = encoding == Encoding::arch;
        const std::vector<MadeUp> none;
        composes.earlier({{"x86_64", then}, {"x86_64_v3", arch ? then : none}});
        CHECK(composes.findings({{"x86_64", now}, {"x86_64_v3", arch ? now : none}}) == "");
    }
}

TEST_CASE("two packages that conflict are each installed alone") {
    Composes composes(Encoding::arch);
    const MadeUp one{.name = "one"};
    const MadeUp other{.name = "other", .conflicting = {"one"}};
    CHECK(composes.findings({{"x86_64", {one, other}}, {"x86_64_v3", {one, other}}}) == "");
}

TEST_CASE("a compose that lacks a variant's repository is an error, not one without findings") {
    Composes composes(Encoding::arch);
    CHECK_THROWS_AS(composes.findings({{"x86_64", {kBase1}}}), PublishError);
}

TEST_CASE("metadata that is damaged is an error, not a finding") {
    const os::TemporaryDirectory root;
    ClientCheck check;
    check.variants = {{"x86_64", Level::x86_64, Encoding::arch}};
    check.compose = root.path();
    std::filesystem::create_directories(root.path() / "x86_64" / "os" / "repodata");
    CHECK_THROWS_AS(check_clients(check, {}), PublishError);
}

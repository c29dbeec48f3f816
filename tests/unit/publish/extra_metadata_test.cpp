#include "scheduler/publish/extra_metadata.hpp"

#include <doctest/doctest.h>

#include <string>

#include "common/os/files.hpp"
#include "scheduler/publish/metadata_shard.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

constexpr const char* kComps = R"(<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">
<comps><group><id>tools</id><name>Tools</name></group></comps>)";

/// The error for a comps.xml of that text, without the name of the file.
std::string error_of(const std::string& text) {
    const os::TemporaryDirectory directory;
    const std::string file = directory.path() / "comps.xml";
    os::write_file_atomically(file, text);
    try {
        read_extra_metadata({.comps = file, .updateinfo = ""});
    } catch (const PublishError& e) {
        const std::string message = e.what();
        REQUIRE(message.starts_with(file));
        return message.substr(file.size());
    }
    return "";
}

}  // namespace

TEST_CASE("comps.xml and updateinfo.xml are read as they are") {
    const os::TemporaryDirectory directory;
    const std::string comps = directory.path() / "comps.xml";
    const std::string updates = directory.path() / "updateinfo.xml";
    os::write_file_atomically(comps, kComps);
    os::write_file_atomically(updates, "<updates><update><id>A-1</id></update></updates>");
    const auto both = read_extra_metadata({comps, updates});
    REQUIRE(both.size() == 2);
    CHECK(both.at(0).type == "group");
    CHECK(both.at(0).text == kComps);
    CHECK_FALSE(both.at(0).compressed);
    CHECK(both.at(1).type == "updateinfo");
    CHECK(both.at(1).compressed);
    CHECK(read_extra_metadata({}).empty());
    CHECK_THROWS_AS(read_extra_metadata({updates, ""}), PublishError);  // of the other kind
    CHECK_THROWS_AS(read_extra_metadata({"/nowhere/comps.xml", ""}), std::system_error);
}

TEST_CASE("a file that dnf would not read, or find nothing in, is refused with its line") {
    CHECK(error_of(kComps) == "");
    CHECK(error_of("<comps>\n<group>\n</comps>").starts_with(":3: it is no XML: "));
    CHECK(error_of("").find("it is no XML") != std::string::npos);
    CHECK(error_of("<html/>") == ": its outermost element must be <comps>, as in a comps.xml.");
    CHECK(error_of("<comps>  </comps>") == ": it has no <group>.");
}

#include "scheduler/core/gate/abi_groups.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace terrace::core {
namespace {

using Texts = std::vector<std::string>;

AbiSource a_source(const std::string& name, const Texts& provided, const Texts& required) {
    return {name, {{"eigen3-devel"}, provided, required}};
}

Texts members(const std::vector<AbiGroup>& groups) {
    Texts all;
    for (const AbiGroup& group : groups) {
        std::string text;
        for (const std::string& source : group.sources) text += source + " ";
        all.push_back(text);
    }
    return all;
}

}  // namespace

TEST_CASE("sources that are built with one library and link each other are a group") {
    std::vector<AbiSource> sources = {
        a_source("pcl", {"libpcl.so.1()(64bit)"}, {"libflann.so.1()(64bit)"}),
        a_source("mrpt", {"libmrpt.so.2()(64bit)"}, {"libpcl.so.1()(64bit)"}),
        a_source("ros", {}, {"libmrpt.so.2()(64bit)"}),
        a_source("ceres", {"libceres.so.4()(64bit)"}, {}),
        a_source("theia", {}, {"libceres.so.4()(64bit)"}),
        a_source("alone", {"libalone.so.1()(64bit)"}, {"libalone.so.1()(64bit)"})};
    // It links pcl, and is built without Eigen; flann is, too.
    sources.push_back({"viewer", {{}, {}, {"libpcl.so.1()(64bit)"}}});
    sources.push_back({"flann", {{"xsimd-devel"}, {"libflann.so.1()(64bit)"}, {}}});
    const std::vector<AbiGroup> groups = detected_abi_groups(sources);
    CHECK(members(groups) == Texts{"ceres theia ", "mrpt pcl ros "});
    CHECK(groups[0].name == "of ceres");
    CHECK(groups[0].reason ==
          "theia requires libceres.so.4()(64bit) of ceres, and both are built with eigen3-devel.");
    CHECK(groups[1].reason ==
          "mrpt requires libpcl.so.1()(64bit) of pcl, and both are built with eigen3-devel; ros "
          "requires libmrpt.so.2()(64bit) of mrpt, and both are built with eigen3-devel.");
    std::ranges::reverse(sources);
    CHECK(members(detected_abi_groups(sources)) == members(groups));
}

TEST_CASE("what joins two groups makes them one, and a long reason is cut") {
    std::vector<AbiSource> sources = {a_source("a", {"liba.so"}, {}),
                                      a_source("b", {"libb.so"}, {})};
    for (const char* name : {"c", "d", "e"}) sources.push_back(a_source(name, {}, {"liba.so"}));
    CHECK(members(detected_abi_groups(sources)) == Texts{"a c d e "});
    sources.push_back(a_source("f", {}, {"liba.so", "libb.so"}));
    const std::vector<AbiGroup> groups = detected_abi_groups(sources);
    CHECK(members(groups) == Texts{"a b c d e f "});
    CHECK(groups[0].reason.ends_with("; and more."));
}

TEST_CASE("of a build root the libraries are known by their names, of packages the sonames") {
    const std::vector<PackageInterface> interfaces = {
        {"pcl",
         {{"provides",
           1,
           {"P libpcl.so.1()(64bit)", "P pcl = %{EVR}", "P pcl(x86-64) = %{EVR}"},
           true},
          {"requires", 2, {"R libflann.so.1()(64bit)", "R rtld(GNU_HASH)", "R /bin/sh"}, true}}},
        {"pcl-devel", {{"requires", 3, {"R libpcl.so.1()(64bit)", "R pcl = %{EVR}"}, true}}}};
    const Texts libraries = {"xsimd-devel", "eigen3-devel"};
    const auto abi = abi_interface_of({"eigen3-devel-3.4.0-15.fc45.noarch", "bash-5.2-1.x86_64"},
                                      interfaces, libraries);
    REQUIRE(abi);
    CHECK(abi->libraries == Texts{"eigen3-devel"});
    CHECK(abi->sonames_provided == Texts{"libpcl.so.1()(64bit)"});
    CHECK(abi->sonames_required == Texts{"libflann.so.1()(64bit)", "libpcl.so.1()(64bit)"});
    CHECK(abi_interface_of({"eigen3-devel-doc-3.4.0-15.fc45.noarch"}, interfaces, libraries) ==
          std::nullopt);
    CHECK(abi_interface_of({"eigen3-devel-3.4.0-15.fc45.noarch"}, interfaces, {}) == std::nullopt);
}

}  // namespace terrace::core

#include "scheduler/publish/sbom.hpp"

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <regex>
#include <set>
#include <string>

#include "tests/unit/publish/orders.hpp"

using namespace terrace;
using namespace terrace::publish;
using terrace::testing::a_package;
using terrace::testing::an_order;

namespace {

namespace json = boost::json;

core::ComposePackage package_of(const std::string& repo, const Nevra& nevra) {
    core::ComposePackage package = a_package(
        repo, nevra.name + "-" + nevra.version + "-" + nevra.release + "." + nevra.arch + ".rpm",
        os::sha256_of_text(nevra.name + nevra.arch));
    package.nevra = nevra;
    package.source = "tool";
    return package;
}

core::RunCompose a_tool() {
    core::RunCompose order = an_order(7);
    const Nevra data{"tool-data", 2, "1.0", "1", "noarch"};
    order.packages = {package_of("x86_64/os", {"tool++", 2, "1.0~rc1", "1", "x86_64"}),
                      package_of("x86_64/os", data), package_of("x86_64_v3/os", data),
                      package_of("source", {"tool", 2, "1.0", "1", "src"})};
    return order;
}

std::string text_at(const json::value& object, const char* key) {
    REQUIRE(object.as_object().contains(key));
    return std::string(object.at(key).as_string());
}

bool matches(const std::string& text, const char* pattern) {
    return std::regex_match(text, std::regex(pattern));
}

// What the specification demands of every package (SPDX 2.3, clause 7; its JSON schema).
void check_package(const json::value& package, std::set<std::string>& ids) {
    const std::string id = text_at(package, "SPDXID");
    CHECK(matches(id, "SPDXRef-[A-Za-z0-9.-]+"));
    CHECK(ids.insert(id).second);
    CHECK_FALSE(text_at(package, "name").empty());
    CHECK(text_at(package, "downloadLocation") == "NOASSERTION");
    // With files not analysed there must be no verification code, and no claims of files.
    CHECK(package.at("filesAnalyzed").as_bool() == false);
    CHECK_FALSE(package.as_object().contains("packageVerificationCode"));
    CHECK_FALSE(package.as_object().contains("licenseInfoFromFiles"));
    for (const json::value& sum : package.at("checksums").as_array()) {
        CHECK(text_at(sum, "algorithm") == "SHA256");
        CHECK(matches(text_at(sum, "checksumValue"), "[0-9a-f]{64}"));
    }
    for (const json::value& reference : package.at("externalRefs").as_array()) {
        CHECK(text_at(reference, "referenceCategory") == "PACKAGE-MANAGER");
        CHECK(text_at(reference, "referenceType") == "purl");
        CHECK(matches(text_at(reference, "referenceLocator"), "pkg:rpm/[A-Za-z0-9.%_~-]+@.+"));
    }
}

}  // namespace

TEST_CASE("an SBOM has every field that SPDX 2.3 demands") {
    const json::value sbom = json::parse(sbom_of(manifest_of(a_tool())));
    CHECK(text_at(sbom, "spdxVersion") == "SPDX-2.3");
    CHECK(text_at(sbom, "dataLicense") == "CC0-1.0");
    CHECK(text_at(sbom, "SPDXID") == "SPDXRef-DOCUMENT");
    CHECK(text_at(sbom, "name") == "f45 compose 7");
    // An absolute URI without a fragment, of this document only.
    CHECK(matches(text_at(sbom, "documentNamespace"), "[a-z]+:[^#\\s]+"));
    CHECK(
        matches(text_at(sbom.at("creationInfo"), "created"), R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"));
    for (const json::value& creator : sbom.at("creationInfo").at("creators").as_array())
        CHECK(matches(std::string(creator.as_string()), "(Tool|Person|Organization): .+"));
    std::set<std::string> ids = {"SPDXRef-DOCUMENT"};
    for (const json::value& package : sbom.at("packages").as_array()) check_package(package, ids);
    CHECK(ids.size() == 4);  // a file in two repos is one package
    std::set<std::string> described;
    std::size_t generated = 0;
    for (const json::value& relation : sbom.at("relationships").as_array()) {
        CHECK(ids.contains(text_at(relation, "spdxElementId")));
        CHECK(ids.contains(text_at(relation, "relatedSpdxElement")));
        if (text_at(relation, "relationshipType") == "DESCRIBES")
            described.insert(text_at(relation, "relatedSpdxElement"));
        if (text_at(relation, "relationshipType") == "GENERATED_FROM") ++generated;
    }
    CHECK(described.size() == 3);
    CHECK(generated == 2);
}

TEST_CASE("an SBOM names what is published: the signed file, by its package URL") {
    const core::RunCompose order = a_tool();
    SignedPackages attached;
    attached.signed_digests[order.packages[0].digest] = os::sha256_of_text("signed");
    const std::string signed_sbom = sbom_of(manifest_of(order, attached));
    CHECK(signed_sbom.find(os::sha256_of_text("signed").hex) != std::string::npos);
    CHECK(signed_sbom.find(order.packages[0].digest.hex) == std::string::npos);
    CHECK(signed_sbom.find("pkg:rpm/tool%2B%2B@1.0~rc1-1?arch=x86_64&epoch=2") !=
          std::string::npos);
    CHECK(signed_sbom != sbom_of(manifest_of(order)));
    CHECK(signed_sbom == sbom_of(manifest_of(order, attached)));
}

#include "scheduler/publish/sbom.hpp"

#include <chrono>
#include <map>
#include <set>
#include <string_view>

#include "common/vocab/sha256.hpp"
#include "common/wire/json.hpp"

namespace terrace::publish {
namespace {

namespace json = wire::json;

constexpr const char* kNoAssertion = "NOASSERTION";
constexpr const char* kDocument = "SPDXRef-DOCUMENT";

/// As a package URL has it (github.com/package-url/purl-spec).
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~";
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (kPlain.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            encoded += {'%', kDigits[byte >> 4U], kDigits[byte & 0xfU]};
        }
    }
    return encoded;
}

std::string purl_of(const Nevra& nevra) {
    std::string purl = "pkg:rpm/" + percent_encoded(nevra.name) + "@" +
                       percent_encoded(nevra.version + "-" + nevra.release) +
                       "?arch=" + percent_encoded(nevra.arch);
    if (nevra.epoch != 0) purl += "&epoch=" + std::to_string(nevra.epoch);
    return purl;
}

std::string spdx_id(const ManifestPackage& package) {
    return "SPDXRef-RPM-" + package.published().hex;
}

json::object spdx_package(const ManifestPackage& package) {
    return {
        {"SPDXID", spdx_id(package)},
        {"name", package.nevra.name},
        {"versionInfo", to_string(package.nevra.evr())},
        {"packageFileName", package.filename},
        {"downloadLocation", kNoAssertion},
        {"filesAnalyzed", false},
        {"licenseConcluded", kNoAssertion},
        {"licenseDeclared", kNoAssertion},
        {"copyrightText", kNoAssertion},
        {"checksums", json::array{json::object{{"algorithm", "SHA256"},
                                               {"checksumValue", package.published().hex}}}},
        {"externalRefs", json::array{json::object{{"referenceCategory", "PACKAGE-MANAGER"},
                                                  {"referenceType", "purl"},
                                                  {"referenceLocator", purl_of(package.nevra)}}}}};
}

json::object relationship(std::string_view from, std::string_view type, std::string_view to) {
    return {{"spdxElementId", from}, {"relationshipType", type}, {"relatedSpdxElement", to}};
}

/// SPDX wants no fractions of a second.
std::string whole_seconds(TimePoint time) {
    std::string text = wire::format_time(std::chrono::floor<std::chrono::seconds>(time));
    return text.substr(0, text.find('.')) + "Z";
}

}  // namespace

std::string sbom_of(const Manifest& manifest) {
    std::map<std::string, std::string> srpms;  // by source
    for (const ManifestPackage& package : manifest.packages) {
        if (package.nevra.arch == "src") srpms[package.source] = spdx_id(package);
    }
    json::array packages;
    json::array relationships;
    std::set<Digest> seen;
    for (const ManifestPackage& package : manifest.packages) {
        if (!seen.insert(package.published()).second) continue;
        const std::string id = spdx_id(package);
        packages.push_back(spdx_package(package));
        relationships.push_back(relationship(kDocument, "DESCRIBES", id));
        const auto srpm = srpms.find(package.source);
        if (package.nevra.arch != "src" && srpm != srpms.end())
            relationships.push_back(relationship(id, "GENERATED_FROM", srpm->second));
    }
    const std::string id = std::to_string(manifest.id.value);
    return json::serialize(json::object{
               {"spdxVersion", "SPDX-2.3"},
               {"dataLicense", "CC0-1.0"},
               {"SPDXID", kDocument},
               {"name", manifest.release + " compose " + id},
               {"documentNamespace", "urn:terrace:" + manifest.release + ":compose:" + id + ":" +
                                         sha256_of_text(text_of(manifest)).hex},
               {"creationInfo", json::object{{"created", whole_seconds(manifest.created_at)},
                                             {"creators", json::array{"Tool: terrace-scheduler"}}}},
               {"packages", std::move(packages)},
               {"relationships", std::move(relationships)}}) +
           "\n";
}

}  // namespace terrace::publish

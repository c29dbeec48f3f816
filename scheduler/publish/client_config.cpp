#include "scheduler/publish/client_config.hpp"

#include <algorithm>

namespace terrace::publish {
namespace {

constexpr int kBaselineCost = 1000;  // dnf's default
constexpr int kCostStep = 100;

struct Section {
    std::string id;
    std::string title;
    std::string repo;  ///< "x86_64/os"
    bool enabled = false;
    int cost = kBaselineCost;
};

std::string text_of(const Section& section,
                    const core::ReleaseSpec& release,
                    const std::string& stream,
                    const std::string& url) {
    const std::string base = url + "/" + release.name;
    const std::string repo = base + "/streams/" + stream + "/" + section.repo;
    const bool is_signed = release.signing == Signing::gnupg;
    std::string text = "\n[" + section.id + "]\nname=" + section.title + "\n";
    text +=
        is_signed ? "mirrorlist=" + repo + "/" + kMirrorListName + "\n" : "baseurl=" + repo + "\n";
    text += std::string("enabled=") + (section.enabled ? "1" : "0") + "\n";
    text += "cost=" + std::to_string(section.cost) + "\n";
    if (!is_signed) return text + "gpgcheck=0\nrepo_gpgcheck=0\n";
    return text + "gpgcheck=1\nrepo_gpgcheck=1\ngpgkey=" + base + "/" +
           packages_key_name(release.name) + "\n";
}

/// What a client must do before it takes packages of that architecture.
std::string advice_on(const core::VariantSpec& variant) {
    std::string text =
        "# " + variant.name + " is for CPUs of level " + name_of(variant.target_level) + " only.";
    if (variant.encoding == Encoding::flags) return text + "\n";
    return text + " dnf takes its packages once it is told so:\n#     echo " + variant.target_arch +
           " > /etc/dnf/vars/arch; echo x86_64 > /etc/dnf/vars/basearch\n";
}

}  // namespace

std::string client_config_name(const std::string& release, const std::string& stream) {
    return "terrace-" + release + "-" + stream + ".repo";
}

std::string packages_key_name(const std::string& release) {
    return "RPM-GPG-KEY-terrace-" + release;
}

Result<std::string> client_config(const core::ReleaseSpec& release,
                                  const std::string& stream,
                                  const std::string& variant,
                                  const std::string& url) {
    if (std::ranges::find(release.streams, stream) == release.streams.end()) {
        return Error{Errc::not_found,
                     "The release " + release.name + " has no stream '" + stream + "'."};
    }
    if (!variant.empty() && release.variant(variant) == nullptr) {
        return Error{Errc::not_found,
                     "The release " + release.name + " has no variant '" + variant + "'."};
    }
    const std::string id = "terrace-" + release.name + "-" + stream;
    const std::string title = "Terrace " + release.name + ", stream " + stream;
    std::string text = "# " + title + ".\n";
    if (release.signing == Signing::none)
        text += "# It is NOT SIGNED: its packages and metadata cannot be checked.\n";
    std::vector<Section> debug;
    int cost = kBaselineCost;
    for (const core::VariantSpec& spec : release.variants) {
        const bool is_baseline = &spec == &release.variants.front();
        if (!is_baseline) text += "\n" + advice_on(spec);
        const std::string suffix = is_baseline ? "" : "-" + spec.name;
        const std::string of = title + (is_baseline ? "" : ", " + spec.name);
        text +=
            text_of({id + suffix, of, spec.name + "/os", is_baseline || spec.name == variant, cost},
                    release, stream, url);
        debug.push_back(
            {id + suffix + "-debuginfo", of + ", debug", spec.name + "/debug", false, cost});
        cost = std::max(1, cost - kCostStep);
    }
    for (const Section& section : debug) text += text_of(section, release, stream, url);
    return text + text_of({id + "-source", title + ", source", "source", false, kBaselineCost},
                          release, stream, url);
}

std::string mirror_list(const std::string& release,
                        ComposeId compose,
                        const std::string& repo,
                        const std::string& url) {
    return url + "/" + release + "/composes/" + std::to_string(compose.value) + "/" + repo + "/\n";
}

}  // namespace terrace::publish

#include "scheduler/publish/extra_metadata.hpp"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>

#include <memory>
#include <string_view>
#include <utility>

#include "common/os/files.hpp"
#include "scheduler/publish/metadata_shard.hpp"

namespace terrace::publish {
namespace {

// As much as libxml2 takes by an int; Fedora's updateinfo.xml has some 30 MB.
constexpr std::size_t kBytesMax = std::size_t{1} << 30;

/// What a kind of file must be: dnf ignores, without a word, what it does not know.
struct Kind {
    const char* type;
    const char* name;
    const char* root;
    const char* element;  ///< of which there must be one
    bool compressed;
};
constexpr Kind kComps{"group", "comps.xml", "comps", "group", false};
constexpr Kind kUpdateinfo{"updateinfo", "updateinfo.xml", "updates", "update", true};

struct FreeDocument {
    void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};

[[noreturn]] void fail(const std::string& file, int line, const std::string& why) {
    throw PublishError(file + (line > 0 ? ":" + std::to_string(line) : "") + ": " + why);
}

std::string one_line(std::string_view text) {
    return std::string(text.substr(0, text.find('\n')));
}

bool is_called(const xmlNode& node, const char* name) {
    return node.type == XML_ELEMENT_NODE &&
           std::string_view(reinterpret_cast<const char*>(node.name)) == name;
}

void check(const std::string& file, const std::string& text, const Kind& kind) {
    // No network and no entities of other files; what is wrong is a value, not on standard error.
    const std::unique_ptr<xmlDoc, FreeDocument> document(
        xmlReadMemory(text.data(), static_cast<int>(text.size()), file.c_str(), nullptr,
                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
    if (!document) {
        const auto* error = xmlGetLastError();
        if (error == nullptr || error->message == nullptr) fail(file, 0, "it is no XML.");
        fail(file, error->line, "it is no XML: " + one_line(error->message) + ".");
    }
    const xmlNode* root = xmlDocGetRootElement(document.get());
    if (root == nullptr || !is_called(*root, kind.root)) {
        fail(file, 0,
             "its outermost element must be <" + std::string(kind.root) + ">, as in a " +
                 kind.name + ".");
    }
    for (const xmlNode* node = root->children; node != nullptr; node = node->next) {
        if (is_called(*node, kind.element)) return;
    }
    fail(file, 0, "it has no <" + std::string(kind.element) + ">.");
}

}  // namespace

std::vector<ExtraMetadata> read_extra_metadata(const core::MetadataFiles& files) {
    std::vector<ExtraMetadata> read;
    for (const auto& [file, kind] :
         {std::pair(files.comps, kComps), std::pair(files.updateinfo, kUpdateinfo)}) {
        if (file.empty()) continue;
        std::string text = os::read_file(file, kBytesMax);
        check(file, text, kind);
        read.push_back({kind.type, kind.name, std::move(text), kind.compressed});
    }
    return read;
}

}  // namespace terrace::publish

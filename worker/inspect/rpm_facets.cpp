#include "worker/inspect/rpm_facets.hpp"

#include <fmt/format.h>
#include <rpm/rpmds.h>
#include <rpm/rpmfiles.h>
#include <rpm/rpmtd.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace terrace::inspect {
namespace {

constexpr std::size_t kItemsMax = 1'000'000;  // of a facet: far more than any package has
constexpr std::string_view kOwnEvr = "%{EVR}";

struct FreeDs {
    void operator()(rpmds ds) const { rpmdsFree(ds); }
};
struct FreeFiles {
    void operator()(rpmfiles files) const { rpmfilesFree(files); }
};
using DsPtr = std::unique_ptr<std::remove_pointer_t<rpmds>, FreeDs>;
using FilesPtr = std::unique_ptr<std::remove_pointer_t<rpmfiles>, FreeFiles>;

constexpr std::pair<rpmTagVal, const char*> kDependencies[] = {
    {RPMTAG_PROVIDENAME, "provides"},       {RPMTAG_REQUIRENAME, "requires"},
    {RPMTAG_CONFLICTNAME, "conflicts"},     {RPMTAG_OBSOLETENAME, "obsoletes"},
    {RPMTAG_RECOMMENDNAME, "recommends"},   {RPMTAG_SUGGESTNAME, "suggests"},
    {RPMTAG_SUPPLEMENTNAME, "supplements"}, {RPMTAG_ENHANCENAME, "enhances"}};

constexpr std::string_view kRuntimes[] = {"libc.so.6(", "libm.so.6(", "libmvec.so.1(",
                                          "libgcc_s.so.1(", "ld-linux-x86-64.so.2("};

struct Script {
    rpmTagVal program;
    rpmTagVal body;
    const char* name;
};
constexpr Script kScripts[] = {
    {RPMTAG_PREINPROG, RPMTAG_PREIN, "pre"},
    {RPMTAG_POSTINPROG, RPMTAG_POSTIN, "post"},
    {RPMTAG_PREUNPROG, RPMTAG_PREUN, "preun"},
    {RPMTAG_POSTUNPROG, RPMTAG_POSTUN, "postun"},
    {RPMTAG_PRETRANSPROG, RPMTAG_PRETRANS, "pretrans"},
    {RPMTAG_POSTTRANSPROG, RPMTAG_POSTTRANS, "posttrans"},
    {RPMTAG_VERIFYSCRIPTPROG, RPMTAG_VERIFYSCRIPT, "verify"},
    {RPMTAG_TRIGGERNAME, RPMTAG_TRIGGERSCRIPTS, "trigger"},
    {RPMTAG_FILETRIGGERNAME, RPMTAG_FILETRIGGERSCRIPTS, "filetrigger"},
    {RPMTAG_TRANSFILETRIGGERNAME, RPMTAG_TRANSFILETRIGGERSCRIPTS, "transfiletrigger"}};

std::string text_of(const char* text) {
    return text != nullptr ? text : "";
}

std::string replaced(std::string text, const std::string& from, std::string_view to) {
    if (from.size() < 3) return text;  // "-" of a header without version and release
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

class FacetReader {
public:
    explicit FacetReader(Header header)
        : header_(header),
          own_evr_(text_of(headerGetString(header, RPMTAG_VERSION)) + "-" +
                   text_of(headerGetString(header, RPMTAG_RELEASE))) {}

    std::map<std::string, std::vector<std::string>> read() {
        for (const auto& [tag, name] : kDependencies) read_dependencies(tag, name);
        read_files();
        for (const Script& script : kScripts) read_script(script);
        return std::move(facets_);
    }

private:
    void add(const std::string& facet, std::string item) {
        std::vector<std::string>& items = facets_[facet];
        if (items.size() < kItemsMax) items.push_back(std::move(item));
    }

    void read_dependencies(rpmTagVal tag, const std::string& facet) {
        facets_[facet];
        const DsPtr ds(rpmdsNew(header_, tag, 0));
        if (!ds) return;
        rpmdsInit(ds.get());
        while (rpmdsNext(ds.get()) >= 0) {
            const std::string name = text_of(rpmdsN(ds.get()));
            if (std::ranges::any_of(kRuntimes,
                                    [&](std::string_view r) { return name.starts_with(r); })) {
                continue;
            }
            const char* words = rpmdsDNEVR(ds.get());  // "R name >= version"
            add(facet, replaced(text_of(words), own_evr_, kOwnEvr));
        }
    }

    void read_files() {
        facets_["files"];
        const FilesPtr files(rpmfilesNew(nullptr, header_, RPMTAG_BASENAMES, RPMFI_KEEPHEADER));
        const int count = files ? static_cast<int>(rpmfilesFC(files.get())) : 0;
        for (int i = 0; i < count; ++i) {
            const std::unique_ptr<char, decltype(&std::free)> path(rpmfilesFN(files.get(), i),
                                                                   &std::free);
            const std::string name = text_of(path.get());
            if (name.starts_with("/usr/lib/.build-id")) continue;
            add("files",
                replaced(fmt::format("{} {:o} {} {} {:x} {}", name, rpmfilesFMode(files.get(), i),
                                     text_of(rpmfilesFUser(files.get(), i)),
                                     text_of(rpmfilesFGroup(files.get(), i)),
                                     static_cast<unsigned>(rpmfilesFFlags(files.get(), i)),
                                     text_of(rpmfilesFLink(files.get(), i))),
                         own_evr_, kOwnEvr));
        }
    }

    std::string joined(rpmTagVal tag) {
        const std::unique_ptr<std::remove_pointer_t<rpmtd>, decltype(&rpmtdFree)> data(rpmtdNew(),
                                                                                       &rpmtdFree);
        std::string text;
        if (headerGet(header_, tag, data.get(), HEADERGET_MINMEM) == 0) return text;
        while (const char* piece = rpmtdNextString(data.get())) text += text_of(piece) + "\n";
        rpmtdFreeData(data.get());
        return text;
    }

    void read_script(const Script& script) {
        facets_["scripts"];
        const std::string program = joined(script.program);
        const std::string body = joined(script.body);
        if (program.empty() && body.empty()) return;
        add("scripts",
            fmt::format("{} {}{}", script.name, program, replaced(body, own_evr_, kOwnEvr)));
    }

    Header header_;
    std::string own_evr_;
    std::map<std::string, std::vector<std::string>> facets_;
};

}  // namespace

std::map<std::string, std::vector<std::string>> read_facets(Header header) {
    return FacetReader(header).read();
}

}  // namespace terrace::inspect

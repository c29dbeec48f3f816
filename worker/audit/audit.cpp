#include "worker/audit/audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>
#include <tuple>
#include <utility>

#include "common/vocab/sha256.hpp"
#include "worker/audit/conventions.hpp"
#include "worker/audit/package_facets.hpp"

namespace terrace::audit {

namespace {

constexpr std::size_t kLeaksMax = 1000;
constexpr std::size_t kNotesMax = 50;
constexpr std::size_t kObjectsMax = 2000;
constexpr std::size_t kDebugFunctionsMax = 8'000'000;
constexpr std::uintmax_t kFileBytesMax = std::uintmax_t{2} << 30;

struct AuditedFile {
    std::string package;
    std::string path;
    ObjectAudit audit;
    std::string soname;
    std::vector<std::string> symbols;
};

bool is_debuginfo(const std::string& package) {
    return package.ends_with("-debuginfo");
}

bool is_debug(const std::string& package) {
    return is_debuginfo(package) || package.ends_with("-debugsource");
}

bool is_rpm(Bytes content) {
    static constexpr std::uint8_t kMagic[] = {0xed, 0xab, 0xee, 0xdb};
    return content.size() >= sizeof kMagic &&
           std::equal(std::begin(kMagic), std::end(kMagic), content.begin());
}

std::vector<std::uint8_t> read_content(const std::filesystem::path& path, std::size_t bytes_max) {
    std::ifstream file(path, std::ios::binary);
    std::vector<std::uint8_t> content(bytes_max);
    file.read(reinterpret_cast<char*>(content.data()),
              static_cast<std::streamsize>(content.size()));
    if (file.bad() || (!file.is_open()))
        throw AuditError(fmt::format("The audit cannot read {}.", path.string()));
    content.resize(static_cast<std::size_t>(file.gcount()));
    return content;
}

class FileAuditor {
public:
    explicit FileAuditor(const AuditOptions& options) : options_(options) {}

    void add_debug_symbols(const std::filesystem::path& file) {
        if (kind_of(file) == Kind::object) {
            if (file.string().ends_with(".debug")) add_debug(read_whole(file));
            return;
        }
        RpmVisitor visitor;
        visitor.wants_package = is_debuginfo;
        visitor.wants_file = is_elf;
        visitor.take_file = [&](const std::string&, Bytes content) { add_debug(content); };
        read_rpm(file, visitor);
    }

    void add(const std::filesystem::path& file) {
        if (kind_of(file) == Kind::object) {
            if (!file.string().ends_with(".debug")) add_object("", file.string(), read_whole(file));
            return;
        }
        RpmVisitor visitor;
        std::string package;
        visitor.wants_package = [&](const std::string& name) {
            package = name;
            return !is_debug(name);
        };
        visitor.wants_file = is_object;
        visitor.take_file = [&](const std::string& path, Bytes content) {
            add_object(package, path, content);
        };
        read_rpm(file, visitor);
    }

    /// In an order that depends on nothing but the packages' contents.
    std::vector<AuditedFile> finish() {
        std::ranges::sort(files_, {}, [](const AuditedFile& file) {
            return std::tie(file.package, file.path, file.audit.identity);
        });
        return std::move(files_);
    }

private:
    enum class Kind { rpm, object };

    static Kind kind_of(const std::filesystem::path& file) {
        const auto begin = read_content(file, 16);
        if (is_rpm(begin)) return Kind::rpm;
        if (is_object(begin)) return Kind::object;
        throw AuditError(fmt::format(
            "The audit cannot read {}: it is neither an RPM nor an ELF object nor a static "
            "library.",
            file.string()));
    }

    static std::vector<std::uint8_t> read_whole(const std::filesystem::path& file) {
        std::error_code error;
        const std::uintmax_t size = std::filesystem::file_size(file, error);
        if (error || size > kFileBytesMax) {
            throw AuditError(fmt::format("The audit cannot read {}: {}.", file.string(),
                                         error ? error.message() : "it is too large"));
        }
        return read_content(file, static_cast<std::size_t>(size));
    }

    void add_debug(Bytes content) {
        try {
            DebugSymbols symbols = read_debug_symbols(content);
            if (symbols.build_id.empty()) return;
            debug_functions_ += symbols.functions.size();
            if (debug_functions_ > kDebugFunctionsMax) return;
            std::string key = symbols.build_id;
            debug_.emplace(std::move(key), std::move(symbols));
        } catch (const ElfError&) {
            // Names are a help, not a need: the functions keep their addresses.
            return;
        }
    }

    const DebugSymbols* debug_of(Bytes content) const {
        if (debug_.empty() || !is_elf(content)) return nullptr;
        try {
            const auto found = debug_.find(read_build_id(content));
            return found != debug_.end() ? &found->second : nullptr;
        } catch (const ElfError&) {
            return nullptr;  // the audit itself will say why
        }
    }

    void add_object(const std::string& package, const std::string& path, Bytes content) {
        ObjectOptions options;
        options.file = path;
        options.level_max = std::max(options_.level_max, level_of_hwcaps_path(path));
        options.findings_max = kLeaksMax;
        options.lists_functions = options_.functions != nullptr;
        options.debug = debug_of(content);
        AuditedFile file{package, path, audit_object(decoder_, content, options), {}, {}};
        if (options_.functions != nullptr) {
            options_.functions->push_back({path, std::exchange(file.audit.function_list, {})});
        }
        if (is_elf(content)) {
            try {
                file.soname = soname_of(content);
                file.symbols = exported_symbols(content);
            } catch (const ElfError&) {
                file.symbols = {"not readable"};
            }
        }
        files_.push_back(std::move(file));
    }

    const AuditOptions& options_;
    Decoder decoder_;
    std::map<std::string, DebugSymbols> debug_;
    std::size_t debug_functions_ = 0;
    std::vector<AuditedFile> files_;
};

void collect_findings(const std::vector<AuditedFile>& files, AuditReport& report) {
    for (const AuditedFile& file : files) {
        for (const AuditFinding& leak : file.audit.leaks) {
            if (report.findings.size() < kLeaksMax) {
                report.findings.push_back(leak);
            } else {
                ++report.findings_left_off;
            }
        }
        report.findings_left_off += static_cast<std::int64_t>(file.audit.leaks_left_off);
    }
    std::size_t notes = 0;
    for (const AuditedFile& file : files) {
        for (const AuditFinding& note : file.audit.notes) {
            if (notes++ < kNotesMax) report.findings.push_back(note);
        }
    }
    if (notes > kNotesMax) {
        AuditFinding more;
        more.file = "...";
        more.text = fmt::format("and {} more notes", notes - kNotesMax);
        report.findings.push_back(std::move(more));
    }
}

void collect_interfaces(const std::vector<AuditedFile>& files, AuditReport& report) {
    std::map<std::string, std::pair<std::vector<std::string>, std::vector<std::string>>> packages;
    for (const AuditedFile& file : files) {
        auto& [sonames, symbols] = packages[file.package];
        if (!file.soname.empty()) sonames.push_back(file.path + ": " + file.soname);
        for (const std::string& symbol : file.symbols) symbols.push_back(file.path + ": " + symbol);
    }
    FacetMaker maker;
    for (auto& [package, lists] : packages) {
        if (package.empty()) continue;
        report.interfaces.push_back({package,
                                     {maker.make("sonames", std::move(lists.first)),
                                      maker.make("symbols", std::move(lists.second))}});
    }
}

}  // namespace

AuditReport audit_files(const std::vector<std::filesystem::path>& paths,
                        const AuditOptions& options) {
    FileAuditor auditor(options);
    for (const std::filesystem::path& path : paths) auditor.add_debug_symbols(path);
    for (const std::filesystem::path& path : paths) auditor.add(path);
    const std::vector<AuditedFile> files = auditor.finish();
    AuditReport report;
    std::string identity = fmt::format("terrace audit {}\n", kVersion);
    for (const AuditedFile& file : files) {
        const ObjectAudit& audit = file.audit;
        report.level_used = std::max({report.level_used, audit.level_used, audit.level_dispatched});
        // A path may hold anything but '\0'.
        identity +=
            fmt::format("{}{}{}{}{}\n", file.package, '\0', file.path, '\0', audit.identity.hex);
        if (report.objects.size() < kObjectsMax) {
            report.objects.push_back({file.package, file.path, audit.identity, audit.level_used,
                                      audit.level_dispatched,
                                      static_cast<std::int64_t>(audit.functions),
                                      static_cast<std::int64_t>(audit.functions_dispatched)});
        }
    }
    report.code_identity = sha256_of_text(identity);
    collect_findings(files, report);
    collect_interfaces(files, report);
    return report;
}

}  // namespace terrace::audit

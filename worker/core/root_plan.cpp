#include "worker/core/root_plan.hpp"

#include <algorithm>

#include "worker/core/text.hpp"

namespace terrace::worker {
namespace {

constexpr std::int64_t kMib = 1 << 20;

/// One of mock's plugins, on or off; "config_opts['plugin_conf']['NAME_enable'] = True".
std::string enabled(const std::string& plugin, bool on) {
    return "config_opts['plugin_conf'][" + python_literal(plugin + "_enable") +
           "] = " + (on ? "True" : "False") + "\n";
}

std::string option(const std::string& plugin, const std::string& name, const std::string& value) {
    return "config_opts['plugin_conf'][" + python_literal(plugin + "_opts") + "][" +
           python_literal(name) + "] = " + value + "\n";
}

}  // namespace

Result<void> check_roots(const RootSettings& settings, bool worker_is_root) {
    if (settings.kind != RootKind::reuse || worker_is_root) return {};
    // The layers are root's, so nobody else could throw a spoilt one away.
    return Error{Errc::invalid_argument,
                 "'build_roots: kind: reuse' needs root: run the worker as root, with slot_users, "
                 "or choose root_cache or tmpfs."};
}

RootKind root_kind_of(const RootSettings& settings, const Resources& order, bool split) {
    const bool fits = order.disk_bytes > 0 && order.disk_bytes <= settings.tmpfs_disk_bytes_max;
    if (settings.kind == RootKind::tmpfs && (split || !fits)) return RootKind::root_cache;
    return settings.kind;
}

std::int64_t memory_offered(const RootSettings& settings, std::int64_t host_bytes, int slots) {
    if (settings.kind != RootKind::tmpfs) return host_bytes;
    return std::max<std::int64_t>(0, host_bytes - slots * settings.tmpfs_bytes);
}

std::string root_config_text(RootKind kind,
                             const RootSettings& settings,
                             const RootPlaces& places) {
    const bool cached = kind == RootKind::root_cache || kind == RootKind::tmpfs;
    std::string text = enabled("root_cache", cached) + enabled("tmpfs", kind == RootKind::tmpfs) +
                       enabled("overlayfs", kind == RootKind::reuse);
    if (cached) {
        text += option("root_cache", "dir", python_literal(places.cache.string() + "/")) +
                option("root_cache", "age_check", "False");
    }
    if (kind == RootKind::tmpfs) {
        const std::string size_mib = std::to_string(settings.tmpfs_bytes / kMib);
        text += option("tmpfs", "required_ram_mb", size_mib) +
                option("tmpfs", "max_fs_size", python_literal(size_mib + "m")) +
                option("tmpfs", "keep_mounted", "False");
    }
    if (kind == RootKind::reuse) {
        // A file that is opened to be read and then to be written is two files on an overlay,
        // unless it was touched before: rpm's database.
        text += "config_opts['plugin_conf']['overlayfs_opts'] = {'base_dir': " +
                python_literal(places.prepared.string()) + ", 'touch_rpmdb': True}\n";
    }
    return text;
}

}  // namespace terrace::worker

#include "cli/commands/commands.hpp"
#include "cli/output/table.hpp"

namespace terrace::cli {
namespace {

struct NoOptions {};

ExitCode show_status(Session& session, const NoOptions&) {
    return session.answer<boost::json::value>(
        session.farm.get(Target("/v1/status")), [&](const boost::json::value& status) {
            Table table({{"WHAT"}, {"VALUE"}});
            table.add({{"farm"}, {session.farm.url()}});
            const boost::json::object* members = status.if_object();
            if (!members) return;
            for (const auto& [key, value] : *members) {
                const bool is_text = value.is_string();
                table.add(
                    {{std::string(key)},
                     {is_text ? std::string(value.as_string()) : boost::json::serialize(value)}});
            }
            session.output.print(table, "");
        });
}

}  // namespace

void add_status_command(CLI::App& app, Action& action) {
    Command<NoOptions> status(app, "status", "The farm in a few numbers");
    status.does(action, show_status);
}

}  // namespace terrace::cli

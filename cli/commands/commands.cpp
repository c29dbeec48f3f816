#include "cli/commands/commands.hpp"

namespace terrace::cli {

CLI::App* add_noun(CLI::App& app, const std::string& name, const std::string& description) {
    CLI::App* noun = app.add_subcommand(name, description);
    noun->require_subcommand(1);
    return noun;
}

void add_list_option(CLI::App& app,
                     const std::string& name,
                     std::vector<std::string>& values,
                     const std::string& help) {
    app.add_option(name, values, help)->allow_extra_args(false)->delimiter(',');
}

}  // namespace terrace::cli

#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/output/text.hpp"
#include "cli/provenance_check.hpp"
#include "common/os/base64.hpp"
#include "common/os/files.hpp"

namespace terrace::cli {
namespace {

struct ProvenanceOptions {
    std::int64_t id = 0;
    bool verify = false;
    std::string key;
    std::vector<std::string> rpms;
};

/// Of the release, as a file that the user trusts or as the farm says.
Result<std::string> key_of(const ProvenanceOptions& options,
                           const wire::BuildProvenance& provenance) {
    if (options.key.empty()) return provenance.public_key;
    try {
        return os::read_file(options.key, 64 << 10);
    } catch (const std::system_error& e) {
        return Error{Errc::not_found, e.what()};
    }
}

ExitCode verify(Session& session,
                const ProvenanceOptions& options,
                const wire::BuildProvenance& provenance) {
    const Result<std::string> key = key_of(options, provenance);
    if (!key) return session.fail(key.error());
    const Result<std::string> statement = verified_statement(provenance, *key);
    if (!statement) return session.fail(statement.error());
    try {
        const Result<void> files =
            check_subjects(*statement, {options.rpms.begin(), options.rpms.end()});
        if (!files) return session.fail(files.error());
    } catch (const std::system_error& e) {
        return session.fail({Errc::not_found, e.what()});
    }
    if (session.json) {
        session.output.print_line(*statement);
        return ExitCode::ok;
    }
    session.output.print_line(fmt::format("The provenance of build {} is signed by key {}.",
                                          options.id, provenance.envelope.signatures[0].keyid));
    if (options.key.empty()) {
        session.output.print_line(
            "That is the key that the farm itself names: give one that you trust with --key.");
    }
    if (!options.rpms.empty()) session.output.print_line("It names every file that was given.");
    return ExitCode::ok;
}

ExitCode show_provenance(Session& session, const ProvenanceOptions& options) {
    const Result<std::string> text =
        session.farm.get(Target("/v1/builds").segment(options.id).segment("provenance"));
    const auto provenance = Session::read<wire::BuildProvenance>(text);
    if (!provenance) return session.fail(provenance.error());
    if (options.verify || !options.key.empty() || !options.rpms.empty())
        return verify(session, options, *provenance);
    if (session.json) {
        session.output.print_line(*text);
        return ExitCode::ok;
    }
    const auto statement = os::from_base64(provenance->envelope.payload);
    if (!statement) {
        return session.fail(
            {Errc::conflict, "The envelope's payload is no base64: it was changed."});
    }
    session.output.print_line(*statement);
    return ExitCode::ok;
}

}  // namespace

void add_build_provenance(CLI::App& noun, Action& action) {
    Command<ProvenanceOptions> provenance(noun, "provenance",
                                          "How it was built: its in-toto statement, as JSON");
    provenance.app->add_option("id", provenance.options->id, "Id of the build")->required();
    provenance.app->add_flag("--verify", provenance.options->verify,
                             "Check its signature instead; --json then prints the statement");
    provenance.app->add_option("--key", provenance.options->key,
                               "The release's public key (provenance.pub), rather than what the "
                               "farm says it is; implies --verify");
    provenance.app->add_option("--rpm", provenance.options->rpms,
                               "A file that must be one of those that it names; may be given "
                               "again; implies --verify");
    provenance.does(action, show_provenance);
}

}  // namespace terrace::cli

#include "tests/integration/signing/signing_farm.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <future>
#include <stdexcept>
#include <thread>

#include "common/os/local_socket.hpp"
#include "tests/unit/ingest/rpmbuild.hpp"
#include "tests/unit/publish/orders.hpp"

namespace terrace::testing {
namespace {

using namespace std::chrono_literals;

os::CapturedRun run_well(const std::vector<std::string>& arguments,
                         const std::map<std::string, std::string>& environment = {}) {
    os::CapturedRun run = run_program(arguments, environment);
    if (run.exit_code != 0) throw std::runtime_error(arguments[0] + " failed:\n" + run.output);
    return run;
}

core::VariantSpec a_variant(const std::string& name, Level level) {
    core::VariantSpec variant;
    variant.name = variant.target_arch = name;
    variant.target_level = variant.run_level = level;
    return variant;
}

}  // namespace

os::CapturedRun run_program(const std::vector<std::string>& arguments,
                            const std::map<std::string, std::string>& environment) {
    os::ChildSpec child;
    child.arguments = arguments;
    child.environment = os::current_environment();
    child.environment["LC_ALL"] = "C.UTF-8";
    for (const auto& [name, value] : environment) child.environment[name] = value;
    return os::run_captured(child, 300s);
}

KeyHome::KeyHome() {
    chmod(directory_.path().c_str(), 0700);
}

KeyHome::~KeyHome() {
    run_program({"gpgconf", "--homedir", directory_.path(), "--kill", "all"});
}

std::string KeyHome::add_key(const std::string& algorithm) {
    const std::map<std::string, std::string> home = {{"GNUPGHOME", directory_.path()}};
    run_well({"gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key",
              "Terrace f45 " + algorithm + " <f45@example.org>", algorithm, "sign", "never"},
             home);
    const std::string listed =
        run_well({"gpg", "--batch", "--list-secret-keys", "--with-colons"}, home).output;
    const std::size_t at = listed.rfind("\nfpr:");
    std::string fingerprint = listed.substr(at + 5);
    fingerprint = fingerprint.substr(fingerprint.find_first_not_of(':'));
    return fingerprint.substr(0, fingerprint.find(':'));
}

SignerProcess::SignerProcess(const KeyHome& home,
                             const std::string& key,
                             const std::filesystem::path& directory,
                             const std::vector<std::string>& former_keys)
    : config_(directory / "signer.yaml"), socket_(directory / "signer.socket") {
    const std::filesystem::path statement_key = directory / "f45.pem";
    if (!std::filesystem::exists(statement_key))
        run_well({"openssl", "genpkey", "-algorithm", "ed25519", "-out", statement_key});
    std::string text = "socket: signer.socket\ngnupg_home: " + home.path().string() +
                       "\nreleases:\n  - release: f45\n    key: " + key +
                       "\n    statement_key: f45.pem\n    former_keys: [";
    for (const std::string& former : former_keys)
        text += (&former == &former_keys.front() ? "" : ", ") + former;
    os::write_file_atomically(config_, text + "]\n");
    start();
}

SignerProcess::~SignerProcess() {
    if (child_) child_->signal_group(SIGTERM);
}

void SignerProcess::start() {
    os::ChildSpec child;
    child.arguments = {TERRACE_SIGNER_PROGRAM, "--config", config_};
    child.environment = os::current_environment();
    child_ = std::make_unique<os::ChildProcess>(child);
    for (int tries = 0; tries < 600; ++tries) {
        if (child_->poll()) break;
        try {
            const os::UniqueFd connection = os::connect_to(socket_);
            return;
        } catch (const std::system_error&) {
            std::this_thread::sleep_for(100ms);  // it is not up yet
        }
    }
    throw std::runtime_error("terrace-signer does not start: run it with " + config_.string());
}

void SignerProcess::kill() {
    child_->signal_group(SIGKILL);
    child_->wait();
}

publish::BuildFacts SomeRecords::facts_of(BuildId build) {
    ++asked;
    publish::BuildFacts facts;
    facts.id = build;
    facts.release = "f45";
    facts.package = "tool";
    facts.variant = "x86_64";
    facts.identity = std::to_string(build.value);
    return facts;
}

SigningFarm::SigningFarm(const std::string& algorithm)
    : key(keys.add_key(algorithm)),
      store(root_.path() / "objects"),
      signer(keys, key, root_.path()) {
    core::ReleaseSpec spec;
    spec.name = "f45";
    spec.streams = {"testing", "stable"};
    spec.signing = Signing::gnupg;
    spec.variants = {a_variant("x86_64", Level::x86_64), a_variant("x86_64_v3", Level::x86_64_v3)};
    config.releases["f45"] = spec;
}

core::RunCompose SigningFarm::order(std::int64_t id,
                                    const std::vector<std::filesystem::path>& rpms) const {
    core::RunCompose order = an_order(id);
    order.compose.signing = Signing::gnupg;
    if (id > 1) order.compose.base = ComposeId{id - 1};
    for (const std::filesystem::path& rpm : rpms) add(order, "x86_64/os", rpm);
    return order;
}

void SigningFarm::add(core::RunCompose& order,
                      const std::string& repo,
                      const std::filesystem::path& rpm) const {
    const Digest digest = put_object(store, os::read_file(rpm));
    core::ComposePackage package = a_package(repo, rpm.filename(), digest);
    package.build = BuildId{17 + static_cast<std::int64_t>(order.packages.size())};
    order.packages.push_back(std::move(package));
}

std::string SigningFarm::publish(const core::RunCompose& order) {
    return publish(order, signer.socket());
}

std::string SigningFarm::publish(const core::RunCompose& order,
                                 const std::filesystem::path& socket,
                                 publish::Steps::Hook hook) {
    const publish::ComposeSigner compose_signer(store, config, records, {socket, url()});
    publish::Composer composer(store, published(), std::move(hook), {}, &compose_signer);
    std::promise<std::string> error;
    composer.start(order, [&](const core::ComposeEnded& end) { error.set_value(end.error); });
    return error.get_future().get();
}

std::filesystem::path make_package(const std::filesystem::path& directory,
                                   const std::string& name,
                                   const std::string& version,
                                   const std::string& arch) {
    const std::string spec = "Name: " + name + "\nVersion: " + version +
                             "\nRelease: 1\nSummary: A test\nLicense: MIT\nAutoReqProv: no\n"
                             "%description\nA test.\n%install\nmkdir -p %{buildroot}/usr/share/" +
                             name + "\necho '" + version +
                             " %{_target_cpu}' > %{buildroot}/usr/share/" + name +
                             "/version\n%files\n/usr/share/" + name + "\n";
    return run_rpmbuild(directory / (name + "-" + version + "-" + arch), spec,
                        {"-bb", "--target", arch})
        .front();
}

void damage(const std::filesystem::path& file, std::size_t from_end) {
    std::string bytes = os::read_file(file);
    REQUIRE(from_end < bytes.size());
    char& byte = bytes[bytes.size() - 1 - from_end];
    byte = static_cast<char>(byte ^ 1);
    std::filesystem::remove(file);  // a link of its own from now on
    os::write_file_atomically(file, bytes);
}

}  // namespace terrace::testing

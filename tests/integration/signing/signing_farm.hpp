#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/os/child_process.hpp"
#include "common/os/files.hpp"
#include "scheduler/core/config.hpp"
#include "scheduler/publish/compose_signer.hpp"
#include "scheduler/publish/composer.hpp"

namespace terrace::testing {

/// Runs a program with that environment added; its exit code and output.
os::CapturedRun run_program(const std::vector<std::string>& arguments,
                            const std::map<std::string, std::string>& environment = {});

/// A GnuPG home with a key for each algorithm that it is asked for.
class KeyHome {
public:
    KeyHome();
    ~KeyHome();
    KeyHome(const KeyHome&) = delete;
    KeyHome& operator=(const KeyHome&) = delete;

    const std::filesystem::path& path() const { return directory_.path(); }
    /// A new key; its fingerprint. `algorithm`: "rsa3072", "ed25519".
    std::string add_key(const std::string& algorithm);

private:
    os::TemporaryDirectory directory_;
};

/// A real terrace-signer for the release f45, as a process of its own.
class SignerProcess {
public:
    SignerProcess(const KeyHome& home,
                  const std::string& key,
                  const std::filesystem::path& directory,
                  const std::vector<std::string>& former_keys = {});
    ~SignerProcess();

    const std::filesystem::path& socket() const { return socket_; }
    void start();
    /// As if it had crashed.
    void kill();

private:
    std::filesystem::path config_;
    std::filesystem::path socket_;
    std::unique_ptr<os::ChildProcess> child_;
};

/// Knows every build, and nothing much of any.
class SomeRecords final : public publish::BuildRecords {
public:
    publish::BuildFacts facts_of(BuildId build) override;
    std::vector<publish::RebuiltRpm> rebuilt_rpms(RebuildId, const std::string&) override {
        return {};
    }
    int asked = 0;
};

/// A store, a release f45 with a signer, and what publishes it.
class SigningFarm {
public:
    explicit SigningFarm(const std::string& algorithm = "rsa3072");

    const std::filesystem::path& root() const { return root_.path(); }
    std::filesystem::path published() const { return root() / "published"; }
    std::filesystem::path release() const { return published() / "f45"; }
    std::filesystem::path stream() const { return release() / "streams/testing"; }
    std::string url() const { return "file://" + published().string(); }

    /// An order for the stream `testing` with those RPMs in x86_64/os, or in the repo of their
    /// pair.
    core::RunCompose order(std::int64_t id, const std::vector<std::filesystem::path>& rpms) const;
    void add(core::RunCompose& order,
             const std::string& repo,
             const std::filesystem::path& rpm) const;

    /// Publishes it; the error.
    std::string publish(const core::RunCompose& order);
    /// The same with another signer, or a hook at each step.
    std::string publish(const core::RunCompose& order,
                        const std::filesystem::path& socket,
                        publish::Steps::Hook hook = {});

private:
    os::TemporaryDirectory root_;

public:
    KeyHome keys;
    std::string key;
    publish::ObjectStore store;
    SignerProcess signer;
    SomeRecords records;
    core::FarmConfig config;
};

/// RPMs of a package with a file and no needs, such as {"hello-1.0-1.x86_64.rpm"}.
std::filesystem::path make_package(const std::filesystem::path& directory,
                                   const std::string& name,
                                   const std::string& version,
                                   const std::string& arch = "x86_64");

/// Flips a byte of a file, which may be read-only, at that offset from its end.
void damage(const std::filesystem::path& file, std::size_t from_end);

}  // namespace terrace::testing

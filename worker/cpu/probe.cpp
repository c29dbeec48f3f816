#include "worker/cpu/probe.hpp"

#include "common/vocab/cpu_level.hpp"
#include "worker/cpu/cpu_facts.hpp"
#include "worker/cpu/host_facts.hpp"
#include "worker/cpu/self_test.hpp"

namespace terrace::worker {
namespace {

void put_cpu(const CpuFacts& cpu, WorkerHello& hello) {
    hello.leaves = cpu.leaves;
    hello.vendor = cpu.vendor;
    hello.model = cpu.model;
    hello.hypervisor = cpu.hypervisor;
    hello.features_faulting = try_features(features_of(cpu.leaves));
    const CpuidLeaves proven = without(cpu.leaves, hello.features_faulting);
    hello.features = features_of(proven);
    hello.features_missing = features_missing_for_next_level(proven);
}

}  // namespace

WorkerHello probe(const WorkerIdentity& identity) {
    const HostFacts host = read_host(identity.state);
    std::vector<std::string> mock_version = identity.mock_command;
    mock_version.emplace_back("--version");

    WorkerHello hello;
    hello.name = identity.name;
    hello.incarnation = identity.incarnation;
    hello.host = host.id;
    hello.slots = identity.slots;
    hello.level_max = identity.level_max;
    put_cpu(read_cpu(), hello);
    hello.microcode = host.microcode;
    hello.cores = host.cores;
    hello.memory_bytes = host.memory_bytes;
    hello.disk_bytes_free = host.disk_bytes_free;
    hello.kernel = host.kernel;
    hello.mock_version = version_of(mock_version);
    hello.rpm_version = version_of({"rpm", "--version"});
    return hello;
}

WorkerHello probe_cpu_again(const WorkerHello& known) {
    const CpuFacts cpu = read_cpu();
    const std::string microcode = read_microcode();
    if (cpu.leaves == known.leaves && cpu.vendor == known.vendor && cpu.model == known.model &&
        cpu.hypervisor == known.hypervisor && microcode == known.microcode)
        return known;
    WorkerHello hello = known;
    put_cpu(cpu, hello);
    hello.microcode = microcode;
    return hello;
}

}  // namespace terrace::worker

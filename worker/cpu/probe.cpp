#include "worker/cpu/probe.hpp"

#include "common/vocab/cpu_level.hpp"
#include "worker/cpu/cpu_facts.hpp"
#include "worker/cpu/host_facts.hpp"

namespace terrace::worker {

WorkerHello probe(const WorkerIdentity& identity) {
    const CpuFacts cpu = read_cpu();
    const HostFacts host = read_host(identity.state);
    std::vector<std::string> mock_version = identity.mock_command;
    mock_version.emplace_back("--version");

    WorkerHello hello;
    hello.name = identity.name;
    hello.incarnation = identity.incarnation;
    hello.host = host.id;
    hello.slots = identity.slots;
    hello.level_max = identity.level_max;
    hello.leaves = cpu.leaves;
    hello.features = features_of(cpu.leaves);
    hello.features_missing = features_missing_for_next_level(cpu.leaves);
    hello.vendor = cpu.vendor;
    hello.model = cpu.model;
    hello.microcode = host.microcode;
    hello.hypervisor = cpu.hypervisor;
    hello.cores = host.cores;
    hello.memory_bytes = host.memory_bytes;
    hello.disk_bytes_free = host.disk_bytes_free;
    hello.kernel = host.kernel;
    hello.mock_version = version_of(mock_version);
    hello.rpm_version = version_of({"rpm", "--version"});
    return hello;
}

}  // namespace terrace::worker

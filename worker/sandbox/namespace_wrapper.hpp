#pragma once

#include <string>
#include <vector>

namespace terrace::sandbox {

/// Whether what is wrapped has the host's network.
enum class Network { none, host };

/// What goes before a command so that it, and all that it starts, has PID, mount, IPC and UTS
/// namespaces of its own, and with Network::none a network with nothing but `lo`. mock's isolation
/// `simple` shares all of these with the host but mounts and UTS. Needs root and util-linux.
///
/// PID 1 of the namespace is a shell and not the command: mock changes its user ids, and the
/// kernel then forgets the parent-death signal that --kill-child has set, so that a SIGKILL of the
/// wrapper would leave the build running. With the shell the kernel ends all of the namespace.
std::vector<std::string> namespace_prefix(Network network);

/// What goes before a program that reads hostile files: it runs as that user, with limits, can
/// write no file, and has no way back. Needs root and util-linux where `uid` is not -1.
std::vector<std::string> reader_prefix(int uid, int gid);

/// A step of a command that begins with the network and goes on without it.
struct NetworkStep {
    std::vector<std::string> command;
    Network network = Network::none;
};

/// One command that runs the steps one after the other in the same namespaces, until one fails,
/// and ends with that one's exit code. @pre there are steps
std::vector<std::string> in_namespaces(const std::vector<NetworkStep>& steps);

/// `text` as one word of a POSIX shell.
std::string shell_word(const std::string& text);

}  // namespace terrace::sandbox

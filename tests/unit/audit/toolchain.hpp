#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/os/files.hpp"

/// Real objects and packages, made by this host's compiler and rpmbuild.
namespace terrace::audit::test {

/// A small library: a loop worth vectorising, a call, constants.
inline constexpr const char* kSumSource = R"(
static const char names[][8] = {"zero", "one", "two"};
int scale(int x);
const char *name_of(unsigned i) { return names[i % 3]; }
int sum(const int *v, int n) { int s = 0; for (int i = 0; i < n; i++) s += v[i] * 3; return s; }
__attribute__((noinline)) int twice(const int *v, int n) { return scale(sum(v, n)) + scale(n); }
)";

class Workshop {
public:
    const std::filesystem::path& path() const { return directory_.path(); }

    /// Runs a program in the workshop; fails the test if it does not succeed.
    std::string run(const std::vector<std::string>& arguments);
    /// Writes `source` to NAME.c and compiles it to NAME with these arguments besides.
    std::filesystem::path compile(const std::string& name,
                                  const std::string& source,
                                  const std::vector<std::string>& arguments);
    /// A shared library of that source.
    std::filesystem::path library(const std::string& name,
                                  const std::string& source,
                                  const std::vector<std::string>& arguments);
    /// A package whose only contents is `file`, as /usr/lib64/NAME.so. Returns the RPM.
    std::filesystem::path pack(const std::string& name,
                               const std::filesystem::path& file,
                               const std::string& payload = "w3.zstdio");

private:
    os::TemporaryDirectory directory_;
};

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& path);

}  // namespace terrace::audit::test

#include <doctest/doctest.h>

#include "worker/bench/root_scripts.hpp"

namespace terrace::bench {

TEST_CASE("rpm never loses the files that it may need itself") {
    const std::string script = swap_script({"libzstd", "zstd"});
    CHECK(script.find("rpm -e --justdb --nodeps 'libzstd' 'zstd'\n") != std::string::npos);
}

TEST_CASE("scripts stop at the first failure, and print their markers last") {
    for (const std::string& script : {prepare_script(), swap_script({"zstd"})}) {
        CHECK(script.starts_with("set -e\n"));
        const std::string last = script.substr(script.rfind('\n', script.size() - 2) + 1);
        CHECK(last.starts_with("echo \"terrace-"));
    }
}

TEST_CASE("both scripts are what bash takes for a script") {
    CHECK(prepare_script().find("{bench}") == std::string::npos);
    CHECK(prepare_script().find("digest=$(cd /terrace-bench && find . ") != std::string::npos);
    CHECK(swap_script({"zstd"}).find("'%{ARCH} %{SHA256HEADER}'") != std::string::npos);
}

TEST_CASE("what is moved is the corpus, and of the packages what runs") {
    const std::string swap = swap_script({"libzstd", "zstd"});
    CHECK(swap.find("{ find /terrace-bench -type f; rpm -ql 'libzstd' 'zstd'; } |") !=
          std::string::npos);
    CHECK(swap.find("tr -d '\\177\\0')\" = ELF ]") != std::string::npos);
    CHECK(swap.find("done > /terrace/moved-files\n") != std::string::npos);
    CHECK(move_script().starts_with("set -e\n"));
    CHECK(move_script().find("done < /terrace/moved-files\n") != std::string::npos);
}

}  // namespace terrace::bench

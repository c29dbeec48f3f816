#include <string>
#include <vector>

#include "cli/program.hpp"

int main(int argc, char** argv) {
    terrace::cli::Output output = terrace::cli::standard_output();
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return static_cast<int>(terrace::cli::run_program(arguments, output));
}

#include <string>
#include <vector>

#include "tests/sim/app/program.hpp"

int main(int argc, char** argv) {
    terrace::cli::Output output = terrace::cli::standard_output();
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return terrace::sim::run_program(arguments, output);
}

#include "tests/unit/core/gate/reference.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace terrace::core {
namespace {

std::map<std::string, std::vector<double>> read() {
    const char* const name = "tests/data/statistics/reference.tsv";
    std::ifstream file(name);
    if (!file) throw std::runtime_error(std::string("cannot read ") + name);
    std::map<std::string, std::vector<double>> all;
    for (std::string line; std::getline(file, line);) {
        std::istringstream numbers(line.substr(line.find('\t') + 1));
        std::vector<double>& values = all[line.substr(0, line.find('\t'))];
        for (std::string number; numbers >> number;) values.push_back(std::stod(number));
    }
    return all;
}

}  // namespace

const std::vector<double>& reference(const std::string& name) {
    static const std::map<std::string, std::vector<double>> all = read();
    return all.at(name);
}

bool close(double value, double expected) {
    return std::abs(value - expected) <= 1e-6 * std::min(1.0, std::abs(expected));
}

bool close(const std::vector<double>& values, const std::vector<double>& expected) {
    return std::ranges::equal(values, expected, [](double a, double b) { return close(a, b); });
}

}  // namespace terrace::core

#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/vocab/check.hpp"

namespace terrace {

/// The name of an enumerator of a described enum, as spelled in code, SQL and JSON alike.
template <class E>
requires boost::describe::has_describe_enumerators<E>::value std::string name_of(E value) {
    const char* name = boost::describe::enum_to_string(value, nullptr);
    TERRACE_CHECK(name != nullptr);
    return name;
}

/// The enumerator of that name; nullopt if there is none.
template <class E>
requires boost::describe::has_describe_enumerators<E>::value std::optional<E> from_name(
    std::string_view name) {
    E value{};
    if (!boost::describe::enum_from_string(std::string(name).c_str(), value)) return std::nullopt;
    return value;
}

}  // namespace terrace

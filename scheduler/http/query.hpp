#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "common/vocab/digest.hpp"
#include "common/vocab/id.hpp"
#include "common/vocab/result.hpp"
#include "scheduler/http/message.hpp"

/// Query parameters and path segments as typed values. A described struct is a set of parameters: a
/// member's name is the parameter's, a name that is none of them is an error (a filter misspelt
/// must not list everything).
namespace terrace::rest {

Result<std::int64_t> parse_number(const std::string& name, const std::string& text);

/// A row's id at a star of the path; ids count from 1.
template <class RowId>
Result<RowId> captured_id(const Request& request) {
    const Result<std::int64_t> number = parse_number("id", request.captured.at(0));
    if (!number) return number.error();
    return RowId{*number};
}

Result<Digest> captured_digest(const Request& request);

namespace detail {

Error unknown_parameter(const std::string& name, const std::string& known);

inline std::optional<Error> put(const std::string&, const std::string& text, std::string& out) {
    out = text;
    return std::nullopt;
}
std::optional<Error> put(const std::string& name, const std::string& text, std::int64_t& out);
std::optional<Error> put(const std::string& name,
                         const std::string& text,
                         std::optional<std::int64_t>& out);

}  // namespace detail

template <class T>
Result<T> from_query(const Request& request) {
    using Members = boost::describe::describe_members<T, boost::describe::mod_public |
                                                             boost::describe::mod_inherited>;
    T out{};
    for (const auto& [name, text] : request.parameters) {
        bool known = false;
        std::string names;
        std::optional<Error> error;
        boost::mp11::mp_for_each<Members>([&](auto member) {
            names += (names.empty() ? "" : ", ") + std::string(member.name);
            if (name != member.name) return;
            known = true;
            error = detail::put(name, text, out.*member.pointer);
        });
        if (!known) return detail::unknown_parameter(name, names);
        if (error) return *error;
    }
    return out;
}

}  // namespace terrace::rest

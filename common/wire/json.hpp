#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "common/vocab/digest.hpp"
#include "common/vocab/id.hpp"
#include "common/vocab/names.hpp"
#include "common/vocab/result.hpp"
#include "common/vocab/time.hpp"

/// JSON for every described struct: a member's name is its key, in JSON as in SQL. Missing keys
/// keep the member's default, null empties an optional, unknown keys are ignored (a newer peer may
/// send more), and a wrong type is an error that names the path, such as "rpms[3].size".
namespace terrace::wire {

namespace json = boost::json;

/// What a peer sent does not fit the type asked for; the message names the path.
struct DecodeError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// "2026-11-22T07:44:23.322Z"
std::string format_time(TimePoint time);
/// Takes what format_time() writes, and PostgreSQL's ISO form with a numeric offset. Throws
/// DecodeError.
TimePoint parse_time(std::string_view text);

namespace detail {

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_id = false;
template <class Tag>
inline constexpr bool is_id<Id<Tag>> = true;
template <class T>
inline constexpr bool is_string_map = false;
template <class T>
inline constexpr bool is_string_map<std::map<std::string, T>> = true;

template <class T>
concept Struct = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;
template <class T>
concept Enum = boost::describe::has_describe_enumerators<T>::value;

template <class T>
using Members =
    boost::describe::describe_members<T,
                                      boost::describe::mod_public | boost::describe::mod_inherited>;

[[noreturn]] void fail(const std::string& path, std::string_view wanted);
std::int64_t integer(const json::value& value, const std::string& path);
double number(const json::value& value, const std::string& path);

template <class T>
void decode(const json::value& value, const std::string& path, T& out);

template <Struct T>
void decode_members(const json::value& value, const std::string& path, T& out) {
    const json::object* object = value.if_object();
    if (!object) fail(path, "an object");
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
        const auto found = object->find(member.name);
        if (found == object->end()) return;
        decode(found->value(), path.empty() ? member.name : path + "." + member.name,
               out.*member.pointer);
    });
}

template <class T>
void decode(const json::value& value, const std::string& path, T& out) {
    if constexpr (std::same_as<T, json::value>) {
        out = value;
    } else if constexpr (is_optional<T>) {
        if (value.is_null()) {
            out.reset();
        } else {
            decode(value, path, out.emplace());
        }
    } else if constexpr (std::same_as<T, bool>) {
        if (!value.is_bool()) fail(path, "true or false");
        out = value.as_bool();
    } else if constexpr (is_id<T>) {
        out.value = integer(value, path);
    } else if constexpr (std::same_as<T, TimePoint>) {
        if (!value.is_string()) fail(path, "a time");
        out = parse_time(value.as_string());
    } else if constexpr (std::same_as<T, Duration>) {
        out = Duration(integer(value, path));
    } else if constexpr (std::same_as<T, Digest>) {
        const auto digest = value.is_string() ? Digest::parse(value.as_string()) : std::nullopt;
        if (!digest && !(value.is_string() && value.as_string().empty()))
            fail(path, "a SHA-256 in hexadecimal");
        out = digest.value_or(Digest{});
    } else if constexpr (Enum<T>) {
        const auto found = value.is_string() ? from_name<T>(value.as_string()) : std::nullopt;
        if (!found) fail(path, "one of the known words");
        out = *found;
    } else if constexpr (std::integral<T>) {
        const std::int64_t wide = integer(value, path);
        if (!std::in_range<T>(wide)) fail(path, "a number in range");
        out = static_cast<T>(wide);
    } else if constexpr (std::floating_point<T>) {
        out = number(value, path);
    } else if constexpr (std::same_as<T, std::string>) {
        if (!value.is_string()) fail(path, "a string");
        out = std::string(value.as_string());
        if (out.find('\0') != std::string::npos)
            fail(path, "a string without NUL");  // PostgreSQL keeps none
    } else if constexpr (is_vector<T>) {
        const json::array* array = value.if_array();
        if (!array) fail(path, "an array");
        out.clear();
        out.reserve(array->size());
        for (std::size_t i = 0; i < array->size(); ++i) {
            typename T::value_type element{};
            decode((*array)[i], path + "[" + std::to_string(i) + "]", element);
            out.push_back(std::move(element));
        }
    } else if constexpr (is_string_map<T>) {
        const json::object* object = value.if_object();
        if (!object) fail(path, "an object");
        out.clear();
        for (const auto& [key, element] : *object)
            decode(element, path + "." + std::string(key), out[key]);
    } else {
        decode_members(value, path, out);
    }
}

}  // namespace detail

template <class T>
json::value to_json(const T& in) {
    if constexpr (std::same_as<T, json::value>) {
        return in;
    } else if constexpr (detail::is_optional<T>) {
        return in ? to_json(*in) : json::value(nullptr);
    } else if constexpr (std::same_as<T, bool> || std::floating_point<T> ||
                         std::same_as<T, std::string>) {
        return json::value(in);
    } else if constexpr (detail::is_id<T>) {
        return json::value(in.value);
    } else if constexpr (std::same_as<T, TimePoint>) {
        return json::value(format_time(in));
    } else if constexpr (std::same_as<T, Duration>) {
        return json::value(static_cast<std::int64_t>(in.count()));
    } else if constexpr (std::same_as<T, Digest>) {
        return json::value(in.hex);
    } else if constexpr (detail::Enum<T>) {
        return json::value(name_of(in));
    } else if constexpr (std::integral<T>) {
        return json::value(static_cast<std::int64_t>(in));
    } else if constexpr (detail::is_vector<T>) {
        json::array array;
        array.reserve(in.size());
        for (const auto& element : in) array.push_back(to_json(element));
        return array;
    } else if constexpr (detail::is_string_map<T>) {
        json::object object;
        for (const auto& [key, element] : in) object[key] = to_json(element);
        return object;
    } else {
        json::object object;
        boost::mp11::mp_for_each<detail::Members<T>>(
            [&](auto member) { object[member.name] = to_json(in.*member.pointer); });
        return object;
    }
}

template <class T>
std::string to_text(const T& in) {
    return json::serialize(to_json(in));
}

/// Throws DecodeError.
template <class T>
T decode(const json::value& value) {
    T out{};
    detail::decode(value, "", out);
    return out;
}

/// The same for text from a peer; bad JSON and wrong types are expected errors
/// (`invalid_argument`).
template <class T>
Result<T> from_text(std::string_view text) {
    boost::system::error_code error;
    const json::value value = json::parse(text, error);
    if (error)
        return Error{Errc::invalid_argument,
                     "The text is not valid JSON: " + error.message() + "."};
    try {
        return decode<T>(value);
    } catch (const DecodeError& e) {
        return Error{Errc::invalid_argument, e.what()};
    }
}

}  // namespace terrace::wire

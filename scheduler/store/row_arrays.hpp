#pragma once

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "scheduler/store/tables.hpp"

/// Many rows as the parameters of one statement: an array for each column. PostgreSQL takes them
/// in for a fraction of what the same rows as JSON cost it.
namespace terrace::store {

/// The type of a column by that of its member; what SQL has no type for is jsonb. Where the table
/// says otherwise, PostgreSQL casts as it does in any assignment. A time goes as its milliseconds
/// since 1970, which cost neither side what its text does; see column_value().
template <class T>
constexpr const char* column_type() {
    namespace traits = wire::detail;
    if constexpr (traits::is_optional<T>) {
        return column_type<typename T::value_type>();
    } else if constexpr (std::same_as<T, bool>) {
        return "boolean";
    } else if constexpr (std::same_as<T, std::string> || std::same_as<T, Digest> ||
                         traits::Enum<T>) {
        return "text";
    } else if constexpr (std::same_as<T, int>) {
        return "integer";
    } else if constexpr (traits::is_id<T> || std::same_as<T, TimePoint> ||
                         std::same_as<T, Duration> || std::integral<T>) {
        return "bigint";
    } else if constexpr (std::floating_point<T>) {
        return "double precision";
    } else {
        return "jsonb";
    }
}

/// What makes the column's value out of the array's. Most lists are empty, and a null is nothing to
/// parse.
template <class T>
std::string column_value(const std::string& name) {
    if constexpr (wire::detail::is_vector<T>) {
        return "coalesce(" + name + ", '[]')";
    } else if constexpr (std::same_as<T, TimePoint> || std::same_as<T, std::optional<TimePoint>>) {
        static_assert(std::same_as<Duration, std::chrono::milliseconds>);
        return "timestamptz 'epoch' + " + name + " * interval '1 millisecond'";
    } else {
        return name;
    }
}

namespace detail {

inline void append_quoted(std::string& array, std::string_view text) {
    array += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') array += '\\';
        array += c;
    }
    array += '"';
}

template <class Number>
void append_number(std::string& array, Number number) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    array.append(text.data(), end);
}

/// As an element of PostgreSQL's text form of an array.
template <class T>
void append_element(std::string& array, const T& value) {
    namespace traits = wire::detail;
    if constexpr (traits::is_optional<T>) {
        if (value) {
            append_element(array, *value);
        } else {
            array += "NULL";
        }
    } else if constexpr (std::same_as<T, bool>) {
        array += value ? 't' : 'f';
    } else if constexpr (std::same_as<T, TimePoint>) {
        append_number(array, value.time_since_epoch().count());
    } else if constexpr (std::same_as<T, std::string>) {
        append_quoted(array, value);
    } else if constexpr (std::same_as<T, Digest>) {
        append_quoted(array, value.hex);
    } else if constexpr (traits::Enum<T>) {
        append_quoted(array, name_of(value));
    } else if constexpr (traits::is_id<T>) {
        append_number(array, value.value);
    } else if constexpr (std::same_as<T, Duration>) {
        append_number(array, value.count());
    } else if constexpr (std::integral<T> || std::floating_point<T>) {
        append_number(array, value);
    } else if constexpr (traits::is_vector<T>) {
        if (value.empty()) {
            array += "NULL";  // column_value()
        } else {
            append_quoted(array, wire::to_text(value));
        }
    } else {
        append_quoted(array, wire::to_text(value));
    }
}

}  // namespace detail

/// Rows, column by column: all of them or some.
template <class Row, class Columns = detail::Members<Row>>
class RowArrays {
public:
    void add(const Row& row) {
        std::size_t column = 0;
        boost::mp11::mp_for_each<Columns>([&](auto member) {
            std::string& array = arrays_[column++];
            array += size_ == 0 ? '{' : ',';
            detail::append_element(array, row.*member.pointer);
        });
        ++size_;
    }

    std::size_t size() const { return size_; }

    /// Hands `take` an array of each column, and is empty afterwards. @pre size() > 0
    template <class Take>
    void flush(Take take) {
        for (std::string& array : arrays_) array += '}';
        std::apply(take, arrays_);
        for (std::string& array : arrays_) array.clear();
        size_ = 0;
    }

private:
    std::array<std::string, boost::mp11::mp_size<Columns>::value> arrays_;
    std::size_t size_ = 0;
};

namespace detail {

/// The rows of RowArrays, $1, $2 ..., as a table `v` of the row's columns.
template <class Row, class Columns = Members<Row>>
std::string rows_sql() {
    std::string arrays;
    std::string values;
    boost::mp11::mp_for_each<Columns>([&, number = 0](auto member) mutable {
        using Value = std::remove_cvref_t<decltype(std::declval<Row>().*member.pointer)>;
        const char* comma = number == 0 ? "" : ", ";
        arrays += comma + ("$" + std::to_string(++number)) + "::" + column_type<Value>() + "[]";
        values += comma + column_value<Value>(member.name);
    });
    const std::string all = columns<Row, Columns>(Which::all);
    return "(select " + values + " from unnest(" + arrays + ") u (" + all + ")) v (" + all + ")";
}

}  // namespace detail

/// For rows that are there: writes `Columns`, the key among them, and costs less than put_sql().
/// One that is not there is left out.
template <class Row, class Columns>
std::string update_sql() {
    using detail::Which;
    const auto from_v = [](const std::string& name) { return name + " = v." + name; };
    const auto same = [](const std::string& name) { return "t." + name + " = v." + name; };
    static_assert(std::tuple_size_v<decltype(Table<Row>::key)> == 1);
    return std::string("update ") + Table<Row>::name + " t set " +
           detail::columns<Row, Columns>(Which::others, from_v) + " from " +
           detail::rows_sql<Row, Columns>() + " where " +
           detail::columns<Row, Columns>(Which::key, same);
}

/// $1, $2 ... are the arrays of RowArrays, no key twice. Writing the same rows again changes
/// nothing. Of rows that are `only_new`, one that is there and the same stays, another one of its
/// key is refused: to look first costs less than to be ready for a conflict.
template <class Row, bool only_new = never_changes<Row>>
std::string put_sql() {
    using detail::Which;
    const std::string table = Table<Row>::name;
    const std::string all = detail::columns<Row>(Which::all);
    const std::string key = detail::columns<Row>(Which::key);
    const std::string insert = "insert into " + table + " (" + all + ") select " + all + " from " +
                               detail::rows_sql<Row>();
    if constexpr (only_new) {
        const auto of = [](Which which, const std::string& alias) {
            return "(" +
                   detail::columns<Row>(
                       which, [&](const std::string& name) { return alias + "." + name; }) +
                   ")";
        };
        return insert + " where (select " + of(Which::all, "t") + " is not distinct from " +
               of(Which::all, "v") + " from " + table + " t where " + of(Which::key, "t") + " = " +
               of(Which::key, "v") + ") is not true";
    }
    const std::string updates = detail::columns<Row>(
        Which::others, [](const std::string& name) { return name + " = excluded." + name; });
    return insert + " on conflict (" + key + ") do " +
           (updates.empty() ? "nothing" : "update set " + updates);
}

}  // namespace terrace::store

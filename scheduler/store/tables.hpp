#pragma once

#include <boost/mp11.hpp>
#include <map>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>

#include "common/wire/json.hpp"
#include "scheduler/core/change.hpp"

/// Which table a row type is, and the SQL that follows from its described members. A new member
/// needs a migration that adds its column, and nothing here.
namespace terrace::store {

/// The table's name and the members of its primary key.
template <class Row>
struct Table;

template <>
struct Table<core::PackageSet> {
    static constexpr const char* name = "package_set";
    static constexpr std::tuple key = {&core::PackageSet::id};
};
template <>
struct Table<core::SourcePackage> {
    static constexpr const char* name = "source_package";
    static constexpr std::tuple key = {&core::SourcePackage::id};
};
template <>
struct Table<core::Seed> {
    static constexpr const char* name = "seed";
    static constexpr std::tuple key = {&core::Seed::id};
};
template <>
struct Table<core::SourceDependencies> {
    static constexpr const char* name = "source_dependencies";
    static constexpr std::tuple key = {&core::SourceDependencies::seed,
                                       &core::SourceDependencies::source_package};
};
template <>
struct Table<core::BuildHistory> {
    static constexpr const char* name = "build_history";
    static constexpr std::tuple key = {&core::BuildHistory::release, &core::BuildHistory::source};
};
template <>
struct Table<core::Worker> {
    static constexpr const char* name = "worker";
    static constexpr std::tuple key = {&core::Worker::id};
};
template <>
struct Table<core::Rebuild> {
    static constexpr const char* name = "rebuild";
    static constexpr std::tuple key = {&core::Rebuild::id};
};
template <>
struct Table<core::Build> {
    static constexpr const char* name = "build";
    static constexpr std::tuple key = {&core::Build::id};
    /// Never changes once the build can be leased.
    static constexpr std::tuple settled = {&core::Build::rebuild, &core::Build::source_package,
                                           &core::Build::variant, &core::Build::identity,
                                           &core::Build::dist,    &core::Build::reused_from};
};
template <>
struct Table<core::BuildRpm> {
    static constexpr const char* name = "build_rpm";
    static constexpr std::tuple key = {&core::BuildRpm::build, &core::BuildRpm::filename};
};
template <>
struct Table<core::BuildAudit> {
    static constexpr const char* name = "build_audit";
    static constexpr std::tuple key = {&core::BuildAudit::build};
};
template <>
struct Table<core::Comparison> {
    static constexpr const char* name = "comparison";
    static constexpr std::tuple key = {&core::Comparison::id};
};
template <>
struct Table<core::Buildroot> {
    static constexpr const char* name = "buildroot";
    static constexpr std::tuple key = {&core::Buildroot::id};
};
template <>
struct Table<core::Attempt> {
    static constexpr const char* name = "attempt";
    static constexpr std::tuple key = {&core::Attempt::id};
};
template <>
struct Table<core::WorkerHealth> {
    static constexpr const char* name = "worker_health";
    static constexpr std::tuple key = {&core::WorkerHealth::worker};
};
template <>
struct Table<core::Lease> {
    static constexpr const char* name = "lease";
    static constexpr std::tuple key = {&core::Lease::attempt};
};
template <>
struct Table<Waiver> {
    static constexpr const char* name = "waiver";
    static constexpr std::tuple key = {&Waiver::id};
};
template <>
struct Table<core::ComparisonLook> {
    static constexpr const char* name = "comparison_look";
    static constexpr std::tuple key = {&core::ComparisonLook::attempt,
                                       &core::ComparisonLook::pairs};
};
template <>
struct Table<core::ComparisonSample> {
    static constexpr const char* name = "comparison_sample";
    static constexpr std::tuple key = {
        &core::ComparisonSample::attempt, &core::ComparisonSample::benchmark,
        &core::ComparisonSample::pair, &core::ComparisonSample::variant};
};
template <>
struct Table<core::Compose> {
    static constexpr const char* name = "compose";
    static constexpr std::tuple key = {&core::Compose::id};
};
template <>
struct Table<core::ComposePackage> {
    static constexpr const char* name = "compose_package";
    static constexpr std::tuple key = {&core::ComposePackage::compose, &core::ComposePackage::repo,
                                       &core::ComposePackage::filename};
};
template <>
struct Table<core::Stream> {
    static constexpr const char* name = "stream";
    static constexpr std::tuple key = {&core::Stream::release, &core::Stream::name};
};

template <>
struct Table<core::ComposeBuilds> {
    static constexpr const char* name = "compose_builds";
    static constexpr std::tuple key = {&core::ComposeBuilds::compose};
};
template <>
struct Table<core::StreamMove> {
    static constexpr const char* name = "stream_move";
    static constexpr std::tuple key = {&core::StreamMove::id};
};

/// Rows that are written once: a row of that key is the same row.
template <class Row>
constexpr bool never_changes = boost::mp11::mp_contains<boost::mp11::mp_list<core::BuildRpm,
                                                                             core::BuildAudit,
                                                                             core::Buildroot,
                                                                             core::Attempt,
                                                                             core::ComparisonLook,
                                                                             core::ComparisonSample,
                                                                             core::ComposeBuilds>,
                                                        Row>::value;

/// Every row type, such that a table comes after those that its foreign keys point to.
using RowTypes = boost::mp11::mp_list<core::PackageSet,
                                      core::SourcePackage,
                                      core::Seed,
                                      core::SourceDependencies,
                                      core::BuildHistory,
                                      core::Worker,
                                      core::Rebuild,
                                      core::Build,
                                      core::BuildRpm,
                                      core::BuildAudit,
                                      core::Comparison,
                                      core::Buildroot,
                                      core::Attempt,
                                      core::WorkerHealth,
                                      core::Lease,
                                      Waiver,
                                      core::ComparisonLook,
                                      core::ComparisonSample,
                                      core::Compose,
                                      core::ComposePackage,
                                      core::ComposeBuilds,
                                      core::Stream,
                                      core::StreamMove>;
static_assert(boost::mp11::mp_size<RowTypes>::value + 1 == std::variant_size_v<core::Change>,
              "each alternative of Change but LeaseEnded is a table");

/// The values of the row's primary key.
template <class Row>
auto key_of(const Row& row) {
    const auto read = [&](auto... members) { return std::make_tuple(row.*members...); };
    return std::apply(read, Table<Row>::key);
}

template <class Row>
using Key = decltype(key_of(std::declval<const Row&>()));

namespace detail {

template <class Row>
using Members =
    boost::describe::describe_members<Row,
                                      boost::describe::mod_public | boost::describe::mod_inherited>;

template <class Pointer, class... Pointers>
constexpr bool is_among(Pointer member, const std::tuple<Pointers...>& members) {
    const auto equals = [&](auto other) {
        if constexpr (std::is_same_v<decltype(other), Pointer>) return other == member;
        return false;
    };
    return std::apply([&](auto... others) { return (equals(others) || ...); }, members);
}

/// The members that the end of an attempt may change, and the key.
template <class Row>
struct IsSettled {
    template <class Member>
    using fn = boost::mp11::mp_bool<is_among(Member::pointer, Table<Row>::settled)>;
};
template <class Row>
using UnsettledMembers = boost::mp11::mp_remove_if_q<Members<Row>, IsSettled<Row>>;

/// "a, b, c" of what `text_of(name)` makes of the columns that are, or are not, of the key; or of
/// all.
enum class Which { all, key, others };
template <class Row, class Columns = Members<Row>, class TextOf>
std::string columns(Which which, TextOf text_of) {
    std::string list;
    boost::mp11::mp_for_each<Columns>([&](auto member) {
        const bool is_key = is_among(member.pointer, Table<Row>::key);
        if (which != Which::all && is_key != (which == Which::key)) return;
        list += (list.empty() ? "" : ", ") + text_of(std::string(member.name));
    });
    return list;
}

template <class Row, class Columns = Members<Row>>
std::string columns(Which which) {
    return columns<Row, Columns>(which, [](const std::string& name) { return name; });
}

}  // namespace detail

/// One JSON object a row, in order of the key.
template <class Row>
std::string select_sql(const std::string& where) {
    const std::string table = Table<Row>::name;
    return "select to_jsonb(t)::text from " + table + " t " + where + " order by " +
           detail::columns<Row>(detail::Which::key);
}

}  // namespace terrace::store

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "scheduler/engine/ports.hpp"
#include "scheduler/store/session.hpp"

namespace terrace::store {

/// The farm's state in PostgreSQL. One connection, used by one thread at a time; after any failure
/// it is dropped and the next call makes another.
class PgStore final : public engine::Store {
public:
    /// Brings the schema up to date and takes the farm over: whoever held it before is refused from
    /// now on (engine::Superseded). Throws engine::StoreError, and MigrationError, which trying
    /// again does not help.
    explicit PgStore(std::string dsn);

    /// With all that was committed by sessions that were lost; they commit nothing afterwards.
    core::Snapshot load() override;
    void commit(const std::vector<core::Change>& changes) override;

private:
    /// Runs `work(session)`; what it throws becomes a StoreError, and the session goes.
    template <class Work>
    auto guarded(Work work);

    std::string dsn_;
    std::optional<Session> session_;
    std::int64_t epoch_ = 0;
};

}  // namespace terrace::store

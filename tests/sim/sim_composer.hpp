#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scheduler/engine/ports.hpp"
#include "tests/sim/sim_random.hpp"

namespace terrace::sim {

/// Publishes in memory; it takes its time, the disk is full at times, clients would be hurt at
/// times, and a crash may come before or after the stream was moved.
class SimComposer final : public engine::Composer {
public:
    explicit SimComposer(SimRandom& random) : random_(random) {}

    void start(core::RunCompose order, Ended ended) override;
    void start(core::RunMove order, MoveEnded ended) override;

    /// Ends one of the running composes or moves, if there is one.
    void step(bool faulty);
    /// The process died: what ran may have been published, nobody is told.
    void crash();
    bool idle() const { return running_.empty(); }

    /// Stream, by release and name -> what readers see.
    const std::map<std::pair<std::string, std::string>, ComposeId>& published() const {
        return published_;
    }

private:
    struct Running {
        std::pair<std::string, std::string> stream;
        ComposeId compose;
        std::function<void(const std::string& error, bool refused)> ended;
    };
    SimRandom& random_;
    std::vector<Running> running_;
    std::map<std::pair<std::string, std::string>, ComposeId> published_;
};

}  // namespace terrace::sim

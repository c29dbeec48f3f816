#include "tests/sim/sim_composer.hpp"

namespace terrace::sim {

void SimComposer::start(core::RunCompose order, Ended ended) {
    const core::Compose& compose = order.compose;
    running_.push_back(
        {{compose.release, compose.stream},
         compose.id,
         [ended = std::move(ended), id = compose.id](const std::string& error, bool refused) {
             ended({id, error, refused});
         }});
}

void SimComposer::start(core::RunMove order, MoveEnded ended) {
    const core::StreamMove& move = order.move;
    running_.push_back({{move.release, move.stream},
                        move.compose,
                        [ended = std::move(ended), id = move.id](const std::string& error, bool) {
                            ended({id, error});
                        }});
}

void SimComposer::step(bool faulty) {
    if (running_.empty()) return;
    const Running done = std::move(running_.front());
    running_.erase(running_.begin());
    const auto shown = published_.find(done.stream);
    const bool is_shown = shown != published_.end() && shown->second == done.compose;
    if (faulty && !is_shown && random_.percent(10)) {
        const bool refused = random_.percent(20);
        done.ended(
            refused ? "injected: clients would be hurt" : "injected: No space left on device",
            refused);
        return;
    }
    published_[done.stream] = done.compose;
    done.ended("", false);
}

void SimComposer::crash() {
    for (const Running& running : running_) {
        if (random_.percent(50)) published_[running.stream] = running.compose;
    }
    running_.clear();
}

}  // namespace terrace::sim

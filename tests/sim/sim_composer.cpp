#include "tests/sim/sim_composer.hpp"

#include <utility>

namespace terrace::sim {

void SimComposer::start(core::RunCompose order, Ended ended) {
    running_.push_back({std::move(order), std::move(ended)});
}

void SimComposer::step(bool faulty) {
    if (running_.empty()) return;
    Running done = std::move(running_.front());
    running_.erase(running_.begin());
    const ComposeId id = done.order.compose.id;
    if (faulty && random_.percent(10)) {
        done.ended(id, "injected: No space left on device");
        return;
    }
    published_[{done.order.compose.release, done.order.compose.stream}] = std::move(done.order);
    done.ended(id, "");
}

void SimComposer::crash() {
    for (Running& running : running_) {
        if (random_.percent(50)) {
            published_[{running.order.compose.release, running.order.compose.stream}] =
                std::move(running.order);
        }
    }
    running_.clear();
}

}  // namespace terrace::sim

#pragma once

#include <functional>
#include <stop_token>
#include <string_view>
#include <utility>

namespace terrace::publish {

/// Where a publication may be interrupted: between any two of its steps on disk. Each step leaves
/// what readers see whole, and what the next attempt goes on from.
class Steps {
public:
    using Hook = std::function<void(std::string_view step)>;

    Steps() = default;
    /// `hook` is called before each step, on the thread that takes it: for tests that end the
    /// process there.
    explicit Steps(std::stop_token stop, Hook hook = {})
        : stop_(std::move(stop)), hook_(std::move(hook)) {}

    /// To be called before each step. Throws PublishError if the scheduler is to stop.
    void next(std::string_view step) const;

    const std::stop_token& stop() const { return stop_; }

private:
    std::stop_token stop_;
    Hook hook_;
};

}  // namespace terrace::publish

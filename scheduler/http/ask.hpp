#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

#include "common/vocab/result.hpp"
#include "scheduler/engine/engine.hpp"

namespace terrace::rest {

namespace asio = boost::asio;

/// Hands a command to the engine, from any thread; its `done` is called exactly once, on whatever
/// thread.
using PostCommand = std::function<void(engine::Command)>;

/// The engine's answer to `event`, once it is committed. The caller goes on where it was.
asio::awaitable<Result<core::Reply>> ask(PostCommand post, core::Event event);

}  // namespace terrace::rest

#include "scheduler/http/ask.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

namespace terrace::rest {
namespace {

template <class Handler>
void start(Handler handler, const PostCommand& post, core::Event event) {
    auto executor = asio::get_associated_executor(handler);
    auto guard =
        asio::make_work_guard(executor);  // the io_context must not run dry while the engine thinks
    // Shared, because std::function wants copies; it is called once.
    auto waiting = std::make_shared<Handler>(std::move(handler));
    auto done = [waiting, executor, guard](const Result<core::Reply>& reply) {
        asio::post(executor,
                   [waiting, reply]() mutable { std::move (*waiting)(std::move(reply)); });
    };
    post(engine::Command{std::move(event), std::move(done)});
}

}  // namespace

asio::awaitable<Result<core::Reply>> ask(PostCommand post, core::Event event) {
    auto initiate = [&post](auto handler, core::Event wanted) {
        start(std::move(handler), post, std::move(wanted));
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>,
                                            void(Result<core::Reply>)>(
        initiate, asio::use_awaitable, std::move(event));
}

}  // namespace terrace::rest

// Statements that tests/lint must find, each marked; those without a mark it must leave alone.
#include <coroutine>
#include <string>
#include <utility>

struct Waits {
    struct promise_type {
        Waits get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_value(int) {}
        void unhandled_exception() {}
    };
    bool await_ready() { return true; }
    void await_suspend(std::coroutine_handle<>) {}
    int await_resume() { return 1; }
};

struct Options {
    std::string name;
    int size = 0;
};

Waits take(std::string);
Waits take_options(Options);
template <class Function>
Waits call(Function) {
    return {};
}

Waits bad(bool flag, std::string text) {
    int sum = co_await call([text] { return text.size(); });   // BAD: a lambda
    sum += co_await take_options(Options{text, 1});            // BAD: a braced aggregate
    sum += co_await take(flag ? text : std::string("other"));  // BAD: a conditional
    if (flag && co_await take(text) > 0) ++sum;                // BAD: in && and in a condition
    if (co_await take(text) > 0) ++sum;                        // BAD: in a condition
    switch (co_await take(text)) {                             // BAD: in a condition
        default: break;
    }
    const int both[] = {co_await take(text), 2};  // BAD: in a brace list
    co_return sum + both[0];
}

Waits good(bool flag, std::string text) {
    auto size = [text] { return text.size(); };
    int sum = co_await call(std::move(size));
    const Options options{text, 1};
    sum += co_await take_options(options);
    const int taken = co_await take(std::string("temporaries are fine"));
    if (flag && taken > 0) ++sum;
    co_return sum;
}

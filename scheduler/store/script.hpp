#pragma once

#include <string>

#include "scheduler/store/session.hpp"

namespace terrace::store {

/// Statements of one transaction that go to the server together, in order: each way there and back
/// costs more than many a statement. After one that fails none of the others runs. Nothing has run
/// before flush(), which throws what any of them throws; what comes of them is not seen.
class Script {
public:
    Script(Session& session, pqxx::transaction_base& tx) : session_(session), tx_(tx) {}

    /// Statements without parameters.
    void add(const std::string& sql) { text_ += sql + ";"; }

    /// A statement that the session prepares once. One name, one text. The parameters are text, of
    /// types that follow from `sql`.
    template <class... Parameters>
    void run(const std::string& name, const std::string& sql, const Parameters&... parameters) {
        if (session_.is_new_here(name)) add("prepare " + name + " as " + sql);
        std::string list;
        ((list += (list.empty() ? "" : ", ") + tx_.quote(parameters)), ...);
        add("execute " + name + " (" + list + ")");
        if (text_.size() > kBytesMax) flush();
    }

    void flush() {
        if (!text_.empty()) compat::exec_script(tx_, text_);
        text_.clear();
    }

private:
    static constexpr std::size_t kBytesMax = 1 << 20;

    Session& session_;
    pqxx::transaction_base& tx_;
    std::string text_;
};

}  // namespace terrace::store

#include "tests/integration/http/fake_farm.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <fstream>

#include "scheduler/app/config_farm.hpp"

namespace terrace::rest {
namespace {

namespace fs = std::filesystem;

std::string named(const std::string& list, const Page& page, const std::string& filter = "") {
    return "[\"" + list + " " + std::to_string(page.after) + " " + std::to_string(page.limit) +
           " " + filter + "\"]";
}

std::optional<std::string> row(std::int64_t id) {
    if (id != 17) return std::nullopt;
    return "{\"id\":17}";
}

core::FarmConfig a_config() {
    core::ReleaseSpec release;
    release.name = "f45";
    release.dist_suffix = ".fc45";
    core::VariantSpec variant;
    variant.name = "v3";
    variant.target_level = Level::x86_64_v3;
    variant.run_level = Level::x86_64;
    release.variants = {variant};
    release.streams = {"testing"};
    core::FarmConfig config;
    config.releases["f45"] = release;
    return config;
}

std::size_t count_files(const fs::path& directory) {
    const fs::directory_iterator entries(directory);
    return static_cast<std::size_t>(std::distance(fs::begin(entries), fs::end(entries)));
}

}  // namespace

FakeEngine::FakeEngine() : thread_([this] { run(); }) {}

FakeEngine::~FakeEngine() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void FakeEngine::post(engine::Command command) {
    const std::lock_guard lock(mutex_);
    inbox_.push_back(std::move(command));
    wake_.notify_all();
}

void FakeEngine::run() {
    for (;;) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !inbox_.empty(); });
        if (inbox_.empty()) return;
        const engine::Command command = std::move(inbox_.front());
        inbox_.pop_front();
        lock.unlock();
        command.done(decide(command.event));
    }
}

std::string FakeReads::status() {
    throw std::runtime_error("connection to server failed\nhint");
}
std::string FakeReads::workers(const Page& page) {
    return named("workers", page);
}
std::optional<std::string> FakeReads::worker(const std::string& name) {
    if (name != "alpha beta") return std::nullopt;
    return "{\"name\":\"alpha beta\"}";
}
std::string FakeReads::package_sets(const ReleaseFilter& filter) {
    return named("package_sets", filter, filter.release);
}
std::string FakeReads::packages(const ReleaseFilter& filter) {
    return named("packages", filter, filter.release);
}
std::string FakeReads::seeds(const ReleaseFilter& filter) {
    return named("seeds", filter, filter.release);
}
std::string FakeReads::rebuilds(const ReleaseFilter& filter) {
    return named("rebuilds", filter, filter.release);
}
std::optional<std::string> FakeReads::rebuild(RebuildId id) {
    return row(id.value);
}
std::string FakeReads::builds(const BuildFilter& filter) {
    return named("builds", filter, filter.state + filter.variant + filter.package);
}
std::optional<std::string> FakeReads::build(BuildId id) {
    const std::lock_guard lock(mutex_);
    if (!build_.empty()) return build_;
    return row(id.value);
}
AttemptEnds FakeReads::attempt_ends(const std::vector<AttemptId>& ids) {
    const std::lock_guard lock(mutex_);
    AttemptEnds found;
    for (const AttemptId id : ids) {
        const auto end = ends_.find(id);
        if (end != ends_.end()) {
            found[id] = end->second;
        } else if (id.value == 2) {
            const auto now = std::chrono::system_clock::now();
            found[id] = AttemptEnd{std::chrono::floor<Duration>(now), Outcome::ok};
        } else if (id.value <= 10) {
            found[id] = std::nullopt;
        }
    }
    return found;
}
void FakeReads::end_attempt(AttemptId id, AttemptEnd end) {
    const std::lock_guard lock(mutex_);
    ends_[id] = end;
}
void FakeReads::set_build(std::string row) {
    const std::lock_guard lock(mutex_);
    build_ = std::move(row);
}
std::optional<std::string> FakeReads::build_audit(BuildId id) {
    return row(id.value);
}
std::optional<std::string> FakeReads::buildroot(const std::string& id) {
    return id == "ab12" ? std::optional<std::string>(R"({"id": "ab12"})") : std::nullopt;
}

std::string FakeReads::comparisons(const ComparisonFilter& filter) {
    return named("comparisons", filter);
}
std::optional<std::string> FakeReads::comparison(ComparisonId id) {
    return row(id.value);
}
/// One comparison of "zlib", which gains.
std::optional<std::string> FakeReads::gate_costs(RebuildId rebuild) {
    if (rebuild.value != 7) return std::nullopt;
    return R"({"id":7,"release":"f45","state":"composing","created_at":"2026-11-22T07:44:23Z",
        "finished_at":null,"compose":null,"comparisons":[{"id":4,"package":"zlib","variant":"v3",
        "state":"decided","verdict":"promote","reason":"Faster.","promoted":true,
        "results":[{"name":"deflate","role":"primary","pairs":20,"ratio":1.1,"ci_low":1.05,"ci_high":1.15,"noise":0.01}],
        "of_baseline":{"build":1,"built":true,"bytes":1000,"cpu_ms":null},
        "of_variant":{"build":2,"built":true,"bytes":1200,"cpu_ms":7000},
        "measuring":{"attempts":1,"held_ms":9000,"cpu_ms":4000}}]})";
}
/// Two of "f45", one of which is a false promotion; none of others.
std::string FakeReads::self_comparisons(const std::string& release) {
    if (release != "f45") return "[]";
    return R"([{"state":"decided","verdict":"promote","results":[{"name":"a","ci_low":1.02,"ci_high":1.1}]},
        {"state":"decided","verdict":"equivalent","results":[{"name":"a","ci_low":0.99,"ci_high":1.01}]}])";
}
std::string FakeReads::composes(const ComposeFilter& filter) {
    return named("composes", filter, filter.release + filter.stream);
}
void FakeReads::set_compose(std::string row) {
    const std::lock_guard lock(mutex_);
    compose_ = std::move(row);
}
std::optional<std::string> FakeReads::compose(ComposeId id) {
    const std::lock_guard lock(mutex_);
    if (!compose_.empty()) return compose_;
    return row(id.value);
}
std::optional<std::string> FakeReads::compose_diff(ComposeId before, ComposeId after) {
    return row(before.value * 100 + after.value);
}
std::string FakeReads::stream_moves(const ComposeFilter& filter) {
    return named("moves", filter, filter.release + filter.stream);
}
std::optional<std::string> FakeReads::stream_move(StreamMoveId id) {
    return row(id.value);
}
std::string FakeReads::streams(const ReleaseFilter& filter) {
    return named("streams", filter, filter.release);
}

FakeFarm::FakeFarm(std::string token,
                   BodyLimits limits,
                   ServerOptions options,
                   std::optional<fs::path> state)
    : state_(state.value_or(directory_.path())),
      config_(a_config()),
      store_(state_ / "objects"),
      objects(store_, limits.object),
      publications_(store_, config_, state_ / "published", "https://repo.example.org"),
      logs(state_ / "logs", 1 << 20),
      services_{config_,
                [this](engine::Command command) { engine.post(std::move(command)); },
                reads,
                objects,
                publications_,
                logs,
                LogKeeping{},
                Intake{[this](auto srpms) { return intake.read_srpms(srpms); },
                       [this](auto urls) { return intake.freeze(urls); }},
                RepoCare{[this](auto plan) { return repos.collect(plan); },
                         [this](auto repo_state) { return repos.fsck(repo_state); },
                         [this](auto release, auto stream, auto repo_state) {
                             return repos.verify(release, stream, repo_state);
                         }},
                read_pool_,
                file_pool_,
                intake_pool_,
                repo_pool_,
                work_,
                limits},
      router_(std::move(token)),
      server_(router_, file_pool_, std::move(options)) {
    engine.decide = [](const core::Event&) { return Result<core::Reply>(core::Done{}); };
    add_all(router_, services_);
    port_ = server_.listen(io_);
    net_ = std::thread([this] { io_.run(); });
}

FakeFarm::~FakeFarm() {
    stop();
    read_pool_.join();
    file_pool_.join();
    intake_pool_.join();
    repo_pool_.join();
}

void FakeFarm::stop() {
    if (!net_.joinable()) return;
    asio::post(io_, [this] {
        work_.stop();
        server_.stop(io_);
    });
    net_.join();
}

std::size_t FakeFarm::object_count() const {
    std::size_t count = 0;
    for (const auto& directory : fs::directory_iterator(state_ / "objects")) {
        if (directory.path() != store_.incoming()) count += count_files(directory.path());
    }
    return count;
}

std::size_t FakeFarm::incoming_count() const {
    return count_files(store_.incoming());
}

void FakeFarm::raise_work() {
    asio::post(io_, [this] { work_.raise(); });
}

}  // namespace terrace::rest

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <map>
#include <string>

#include "common/os/files.hpp"
#include "scheduler/publish/compose_tree.hpp"
#include "scheduler/publish/manifest.hpp"
#include "tests/integration/publish/sample_rpms.hpp"
#include "tests/unit/solv/primary_text.hpp"

using namespace terrace;
using namespace terrace::publish;

namespace {

constexpr const char* kData = "x86_64/os/Packages/t/tool-data-1.0-1.noarch.rpm";

/// The digest of every file below a directory, by relative path.
std::map<std::string, std::string> content_of(const std::filesystem::path& directory) {
    std::map<std::string, std::string> content;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (!entry.is_regular_file()) continue;
        content[std::filesystem::relative(entry.path(), directory)] =
            os::sha256_of_file(entry.path()).hex;
    }
    return content;
}

dev_t device_of(const std::filesystem::path& path) {
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_dev;
}

}  // namespace

TEST_CASE("a compose is made of links to the objects") {
    const testing::PublishedTool tool;
    const core::RunCompose order = tool.order(1, "1.0");
    make_compose(tool.store(), tool.release(), order, {});
    const std::filesystem::path compose = compose_path(tool.release(), ComposeId{1});
    for (const core::ComposePackage& package : order.packages) {
        const auto file = compose / package.repo / package_location(package.filename);
        CHECK(std::filesystem::equivalent(file, tool.store().path_of(package.digest)));
    }
    CHECK(std::filesystem::exists(compose / kData));
}

TEST_CASE("a compose on another file system than the objects has copies") {
    const testing::PublishedTool tool;
    const std::filesystem::path other = "/dev/shm";
    if (!std::filesystem::exists(other) || device_of(other) == device_of(tool.root())) {
        MESSAGE("skipped: no other file system here");
        return;
    }
    const os::TemporaryDirectory published(other);
    const core::RunCompose order = tool.order(1, "1.0");
    make_compose(tool.store(), published.path(), order, {});
    make_compose(tool.store(), tool.release(), order, {});
    CHECK(content_of(compose_path(published.path(), ComposeId{1})) ==
          content_of(compose_path(tool.release(), ComposeId{1})));
}

TEST_CASE("COMPOSE.json says what is in the compose and who made it") {
    const testing::PublishedTool tool;
    core::RunCompose order = tool.order(1, "1.0");
    order.packages.back().build = BuildId{18};
    order.builds = {{BuildId{17}, "x86_64", 2, true, std::nullopt},
                    {BuildId{18}, "x86_64_v3", 1, false, Verdict::promote}};
    order.withheld = {{"other", "x86_64_v3", "Its verdict is regress.", Verdict::regress}};
    make_compose(tool.store(), tool.release(), order, {});
    const Manifest manifest = read_manifest(compose_path(tool.release(), ComposeId{1}));
    CHECK(manifest.id == order.compose.id);
    CHECK(manifest.release == "f45");
    CHECK(manifest.stream == "testing");
    CHECK(manifest.created_at == order.compose.created_at);
    CHECK((manifest.repos == order.repos));
    const auto key = [](const core::ComposePackage& package) {
        return package.repo + package.filename;
    };
    std::ranges::sort(order.packages, {}, key);
    const auto same = [](const core::ComposePackage& a, const core::ComposePackage& b) {
        return a == b;
    };
    CHECK(std::ranges::equal(manifest.packages, order.packages, same));
    CHECK(manifest.signing == SigningNote{});
    for (const ManifestPackage& package : manifest.packages) {
        const bool variant = package.build == BuildId{18};
        CHECK(package.variant == (variant ? "x86_64_v3" : "x86_64"));
        CHECK(package.decision == (variant ? Decision::promoted : Decision::carried));
        CHECK(package.attempt == (variant ? 1 : 2));
        CHECK(package.verdict == (variant ? std::optional(Verdict::promote) : std::nullopt));
    }
    CHECK((manifest.withheld == order.withheld));
}

TEST_CASE("the same order gives the same bytes, whenever and in whatever order it comes") {
    const testing::PublishedTool tool;
    core::RunCompose order = tool.order(1, "1.0");
    make_compose(tool.store(), tool.root() / "a", order, {});
    std::ranges::reverse(order.packages);
    for (const core::ComposePackage& package : order.packages) {
        std::filesystem::last_write_time(tool.store().path_of(package.digest),
                                         std::filesystem::file_time_type{});
    }
    make_compose(tool.store(), tool.root() / "b", order, {});
    CHECK((content_of(tool.root() / "a") == content_of(tool.root() / "b")));
}

TEST_CASE("a damaged object stops the compose") {
    const testing::PublishedTool tool;
    const core::RunCompose order = tool.order(1, "1.0");
    const std::filesystem::path object = tool.store().path_of(order.packages.front().digest);
    std::string bytes = os::read_file(object);
    bytes.back() ^= 1;
    os::write_file_atomically(object, bytes);
    std::string message;
    try {
        make_compose(tool.store(), tool.release(), order, {});
    } catch (const PublishError& e) {
        message = e.what();
    }
    CHECK(message.find(order.packages.front().filename + " is damaged") != std::string::npos);
    CHECK(std::filesystem::is_empty(tool.release() / "composes"));
}

namespace {

/// A release whose clients need, beside the stream, what a test says that there is.
class CheckedRelease {
public:
    std::vector<testing::MadeUp> beside = {{.name = "coreutils"},
                                           {.name = "dash", .files = {"/bin/sh"}}};

    core::ComposeEnded publish(std::int64_t id, const std::string& version) {
        core::RunCompose order = tool_.order(id, version);
        order.clients = clients();
        return run<core::ComposeEnded>(std::move(order));
    }
    core::MoveEnded move(core::MoveKind kind,
                         std::int64_t number,
                         std::int64_t compose,
                         bool hurt_allowed = false) {
        core::RunMove order;
        order.move.id = StreamMoveId{number};
        order.move.release = "f45";
        order.move.stream = "stable";
        order.move.kind = kind;
        order.move.compose = ComposeId{compose};
        order.composes_kept = 5;
        order.clients = clients();
        order.clients.back = kind == core::MoveKind::rollback;
        order.clients.hurt_allowed = hurt_allowed;
        if (shown_.value > 0) order.clients.earlier = {shown_};
        core::MoveEnded ended = run<core::MoveEnded>(std::move(order));
        if (ended.error.empty()) shown_ = ComposeId{compose};
        return ended;
    }
    std::string stream(const std::string& name) const {
        const auto link = tool_.release() / "streams" / name;
        return std::filesystem::exists(link) ? std::filesystem::read_symlink(link).string() : "";
    }

private:
    static core::StreamClients clients() {
        core::VariantSpec baseline;
        baseline.name = "x86_64";
        baseline.target_level = Level::x86_64;
        core::StreamClients clients;
        clients.variants = {baseline};
        clients.platform = {{"seed", "file:///seed", {}}};
        return clients;
    }
    template <class Ended, class Order>
    Ended run(Order order) {
        const auto read = [&](const std::vector<SeedRepo>& repos) {
            REQUIRE(repos.size() == 1);
            const auto primary = tool_.root() / "primary.xml";
            os::write_file_atomically(primary, testing::primary_xml(beside));
            auto repo = solv::read_client_repo(repos.front().name, primary);
            return Result<std::vector<solv::ClientRepo>>(std::vector{*std::move(repo)});
        };
        std::promise<Ended> ended;
        Composer composer(tool_.store(), tool_.root() / "published", {}, read);
        composer.start(std::move(order), [&](const Ended& end) { ended.set_value(end); });
        return ended.get_future().get();
    }

    testing::PublishedTool tool_;
    ComposeId shown_;
};

}  // namespace

TEST_CASE("a compose that a client cannot install from moves nothing, and says for whom and why") {
    CheckedRelease release;
    const auto dash = release.beside.back();
    release.beside.pop_back();
    const core::ComposeEnded refused = release.publish(1, "1.0");
    CHECK(refused.refused);
    CHECK(refused.error.starts_with(
        "Stream testing was not moved: compose 1 would hurt clients (1 found).\n"
        "Client x86_64, stock, install, tool: "));
    CHECK(refused.error.find("othing provides /bin/sh") != std::string::npos);
    CHECK(refused.client_check == refused.error);
    CHECK(release.stream("testing") == "");
    // Nothing of the compose was at fault: with what it needs it is taken as it is.
    release.beside.push_back(dash);
    const core::ComposeEnded taken = release.publish(1, "1.0");
    CHECK(taken.error == "");
    CHECK_FALSE(taken.refused);
    CHECK(taken.client_check == "All clients can follow.");
    CHECK(release.stream("testing") == "../served/testing/1");
}

TEST_CASE("a promotion or a rollback that would hurt clients is refused, unless that is allowed") {
    CheckedRelease release;
    REQUIRE(release.publish(1, "1.0").error == "");
    REQUIRE(release.publish(2, "2.0").error == "");
    const auto whole = release.beside;
    const auto without_shell = std::vector{whole.front()};
    using core::MoveKind;

    release.beside = without_shell;
    const core::MoveEnded refused = release.move(MoveKind::promote, 1, 1);
    CHECK(refused.error.starts_with("Stream stable was not moved: compose 1 would hurt clients"));
    CHECK(refused.client_check == refused.error);
    CHECK(release.stream("stable") == "");
    release.beside = whole;
    CHECK(release.move(MoveKind::promote, 2, 1).client_check == "All clients can follow.");
    REQUIRE(release.move(MoveKind::promote, 3, 2).error == "");

    release.beside = without_shell;
    const core::MoveEnded back = release.move(MoveKind::rollback, 4, 1);
    CHECK(back.error.starts_with("Stream stable was not moved: compose 1 would hurt clients"));
    CHECK(back.error.find("\nClient x86_64, stock, install, tool: ") != std::string::npos);
    CHECK(release.stream("stable") == "../served/stable/3");
    const core::MoveEnded allowed = release.move(MoveKind::rollback, 5, 1, true);
    CHECK(allowed.error == "");
    CHECK(allowed.client_check.starts_with(
        "Stream stable was moved all the same: compose 1 hurts clients"));
    CHECK(release.stream("stable") == "../served/stable/5");

    release.beside = whole;
    REQUIRE(release.move(MoveKind::promote, 6, 2).error == "");
    const core::MoveEnded again = release.move(MoveKind::rollback, 7, 1);
    CHECK(again.error == "");
    CHECK(again.client_check == "All clients can go back, by `dnf distro-sync`.");
}

TEST_CASE("a second compose moves the stream, and the first remains as it was") {
    const testing::PublishedTool tool;
    Composer composer(tool.store(), tool.root() / "published");
    composer.start(tool.order(1, "1.0"),
                   [](const core::ComposeEnded& end) { CHECK(end.error == ""); });
    core::RunCompose second = tool.order(2, "2.0");
    second.compose.base = ComposeId{1};
    std::map<std::string, std::string> before;
    composer.start(tool.order(1, "1.0"), [&](const core::ComposeEnded& end) {
        CHECK(end.error == "");
        before = content_of(compose_path(tool.release(), ComposeId{1}));
    });
    std::filesystem::create_directories(tool.release() / "composes/2.incoming/x86_64/os/Packages");
    std::promise<void> done;
    composer.start(second, [&](const core::ComposeEnded& end) {
        CHECK(end.error == "");
        done.set_value();
    });
    done.get_future().wait();
    CHECK((content_of(compose_path(tool.release(), ComposeId{1})) == before));
    CHECK(std::filesystem::read_symlink(tool.stream()) == "../served/testing/2");
    CHECK(std::filesystem::exists(tool.stream() / "x86_64/os/Packages/t/tool-2.0-1.x86_64.rpm"));
}

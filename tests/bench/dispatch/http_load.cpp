#include "tests/bench/dispatch/http_load.hpp"

#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include "common/http/client.hpp"
#include "common/os/files.hpp"
#include "common/wire/json.hpp"
#include "common/wire/worker_api.hpp"
#include "tests/bench/bench_farm.hpp"

namespace terrace::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::string call(http::Client& client,
                 const std::string& method,
                 const std::string& target,
                 const std::string& body) {
    const auto response = client.request(method, target, body);
    if (!response) throw std::runtime_error(response.error().message);
    if (response->status >= 300)
        throw std::runtime_error(target + ": " + std::to_string(response->status) + " " +
                                 response->body);
    return response->body;
}

/// Every RPM of the load is this one file, which the farm must have.
RpmFile upload_an_rpm(http::Client& client) {
    const os::TemporaryDirectory directory;
    const auto path = directory.path() / "rpm";
    os::write_file_atomically(path, "an RPM");
    RpmFile rpm;
    rpm.digest = os::sha256_of_text("an RPM");
    rpm.size = 6;
    const auto response =
        client.upload("/v1/objects/" + rpm.digest.hex, path, std::chrono::seconds(30));
    if (!response || response->status >= 300)
        throw std::runtime_error("The farm did not take the RPM.");
    return rpm;
}

/// One connection and the workers that use it, so that none asks while it still runs something.
class Client {
public:
    Client(const HttpLoad& load, int number, RpmFile rpm)
        : load_(load), number_(number), rpm_(std::move(rpm)), client_(load.url, "") {
        call(client_, "GET", "/v1/releases", "");  // connects
    }

    std::vector<double> run(Clock::time_point begin) {
        const int count = load_.leases_per_second * static_cast<int>(load_.time.count());
        std::vector<double> times;
        int worker = number_;
        for (int turn = number_; turn < count; turn += load_.connections) {
            const auto due = begin + std::chrono::nanoseconds(std::chrono::seconds(1)) * turn /
                                         load_.leases_per_second;
            std::this_thread::sleep_until(due);
            const LeaseGrant lease = ask_for_lease(worker + 1);
            times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - due).count());
            finish(lease);
            worker += load_.connections;
            if (worker >= load_.workers) worker = number_;
        }
        return times;
    }

private:
    LeaseGrant ask_for_lease(int worker) {
        const wire::LeaseRequest request{WorkerId{worker}, worker_name(worker), 0, Duration{}};
        const std::string body = call(client_, "POST", "/v1/leases", wire::to_text(request));
        if (body.empty()) throw std::runtime_error("A worker was given nothing to do.");
        return wire::from_text<LeaseGrant>(body).value();
    }

    void finish(const LeaseGrant& lease) {
        AttemptReport report = report_on(lease);
        report.rpms.front().digest = rpm_.digest;
        report.rpms.front().size = rpm_.size;
        call(client_, "POST", "/v1/attempts/" + std::to_string(lease.attempt.value) + "/result",
             wire::to_text(report));
    }

    const HttpLoad& load_;
    const int number_;
    const RpmFile rpm_;
    http::Client client_;
};

}  // namespace

std::vector<double> lease_times(const HttpLoad& load) {
    http::Client uploader(load.url, "");
    const RpmFile rpm = upload_an_rpm(uploader);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < load.connections; ++i) {
        clients.push_back(std::make_unique<Client>(load, i, rpm));
    }
    const Clock::time_point begin = Clock::now() + std::chrono::milliseconds(100);
    std::vector<std::future<std::vector<double>>> threads;
    for (const auto& client : clients) {
        threads.push_back(
            std::async(std::launch::async, [&client, begin] { return client->run(begin); }));
    }
    std::vector<double> times;
    for (auto& thread : threads) {
        const std::vector<double> part = thread.get();
        times.insert(times.end(), part.begin(), part.end());
    }
    return times;
}

}  // namespace terrace::bench

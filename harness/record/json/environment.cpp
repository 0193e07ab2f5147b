#include "harness/record/json/reader.hpp"
#include "harness/record/json/run.hpp"

namespace bench {

json to_json(const environment_record& environment) {
    return as_read(
        {{"kernel", or_null(environment.kernel)},
         {"architecture", or_null(environment.architecture)},
         {"cpu_model", or_null(environment.cpu_model)},
         {"cpus_usable", or_null(environment.cpus_usable)},
         {"cpus_online", or_null(environment.cpus_online)},
         {"affinity", or_null(environment.affinity)},
         {"memory_bytes", or_null(environment.memory_bytes)},
         {"cgroup_cpu_limit", or_null(environment.cgroup_cpu_limit)},
         {"clock_source", or_null(environment.clock_source)},
         {"smt", or_null(environment.smt)},
         {"governor", or_null(environment.governor)},
         {"mitigations", environment.mitigations ? object_of(*environment.mitigations) : json(nullptr)},
         {"io_uring", or_null(environment.io_uring)},
         {"perf_counters", or_null(environment.perf_counters)},
         {"perf_event_paranoid", or_null(environment.perf_event_paranoid)},
         {"virtualization", or_null(environment.virtualization)},
         {"memlock_limit_bytes", or_null(environment.memlock_limit_bytes)},
         {"nice", or_null(environment.nice)}},
        environment.beyond);
}

environment_record environment_from_json(const json& written) {
    json_reader from(written);
    environment_record read{.kernel = from.nullable<std::string>("kernel"),
                            .architecture = from.nullable<std::string>("architecture"),
                            .cpu_model = from.nullable<std::string>("cpu_model"),
                            .cpus_usable = from.nullable<std::int64_t>("cpus_usable"),
                            .cpus_online = from.nullable<std::int64_t>("cpus_online"),
                            .affinity = from.nullable<std::vector<int>>("affinity"),
                            .memory_bytes = from.nullable<std::int64_t>("memory_bytes"),
                            .cgroup_cpu_limit = from.nullable<double>("cgroup_cpu_limit"),
                            .clock_source = from.nullable<std::string>("clock_source"),
                            .smt = from.nullable<std::string>("smt"),
                            .governor = from.nullable<std::string>("governor"),
                            .mitigations = std::nullopt,
                            .io_uring = from.nullable<std::string>("io_uring"),
                            .perf_counters = from.nullable<bool>("perf_counters"),
                            .perf_event_paranoid = from.nullable<std::int64_t>("perf_event_paranoid"),
                            .virtualization = from.nullable<std::string>("virtualization"),
                            .memlock_limit_bytes = from.nullable<std::int64_t>("memlock_limit_bytes"),
                            .nice = from.later<std::int64_t>("nice")};
    if (const auto& mitigations = from.raw("mitigations"); !mitigations.is_null())
        read.mitigations = named_texts_from_json(mitigations);
    read.beyond = from.beyond();
    return read;
}

} // namespace bench

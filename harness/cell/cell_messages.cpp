#include "harness/cell/cell_messages.hpp"

#include "harness/record/json/reader.hpp"
#include "harness/record/json/slice.hpp"

#include <stdexcept>

namespace bench {
namespace {

constexpr const char* refusal_words[] = {"unsupported", "unavailable", "bad_knob", "failed"};

json written(const warm_command& command) {
    return {{"do", "warm"}, {"slice_ns", command.slice_ns}, {"seed", command.seed}};
}

json written(const slice_command& command) {
    return {{"do", "slice"},
            {"iterations", command.iterations},
            {"seed", command.seed},
            {"latency", command.latency}};
}

json written(const close_command&) { return {{"do", "close"}}; }

json written(const session_opened& answer) {
    return {{"is", "open"},
            {"knobs_effective", object_of(answer.knobs_effective)},
            {"capabilities", object_of(answer.capabilities)}};
}

json written(const session_refused& answer) {
    return {{"is", "refused"},
            {"kind", refusal_words[static_cast<std::size_t>(answer.kind)]},
            {"reason", answer.reason}};
}

json written(const still_warming&) { return {{"is", "warming"}}; }

json written(const warmed_up& answer) { return {{"is", "warm"}, {"iterations", answer.iterations}}; }

json written(const slice_measured& answer) {
    json all{{"is", "slice"},
             {"slice", to_json(answer.figures)},
             {"paused_cpu_ns", answer.pause.cpu_ns},
             {"paused_wall_ns", answer.pause.wall_ns}};
    if (answer.with_latency) all["latency"] = to_json_or_null(answer.latency);
    return all;
}

json written(const session_closed& answer) {
    return {{"is", "closed"}, {"peak_rss_bytes", answer.peak_rss_bytes}};
}

json written(const wrong_result& answer) { return {{"is", "wrong"}, {"reason", answer.reason}}; }

json written(const cell_error& answer) { return {{"is", "failed"}, {"reason", answer.reason}}; }

session_refused refused_from_json(const json& answer) {
    const auto word = answer.at("kind").get<std::string>();
    for (std::size_t i = 0; i < std::size(refusal_words); ++i)
        if (word == refusal_words[i])
            return {.kind = static_cast<refusal::kind_type>(i),
                    .reason = answer.at("reason").get<std::string>()};
    throw std::out_of_range("there is no refusal '" + word + "'");
}

slice_measured measured_from_json(const json& answer) {
    slice_measured read{.figures = slice_figures_from_json(answer.at("slice")),
                        .pause = {.cpu_ns = answer.at("paused_cpu_ns").get<std::uint64_t>(),
                                  .wall_ns = answer.at("paused_wall_ns").get<std::uint64_t>()},
                        .with_latency = answer.contains("latency"),
                        .latency = std::nullopt};
    if (read.with_latency)
        if (const auto& latency = answer.at("latency"); !latency.is_null())
            read.latency = latency_record_from_json(latency);
    return read;
}

cell_answer answer_from_json(const json& answer) {
    const auto kind = answer.at("is").get<std::string>();
    if (kind == "open")
        return session_opened{.knobs_effective = named_texts_from_json(answer.at("knobs_effective")),
                              .capabilities = named_texts_from_json(answer.at("capabilities"))};
    if (kind == "refused") return refused_from_json(answer);
    if (kind == "warming") return still_warming{};
    if (kind == "warm") return warmed_up{answer.at("iterations").get<std::uint64_t>()};
    if (kind == "slice") return measured_from_json(answer);
    if (kind == "closed") return session_closed{answer.at("peak_rss_bytes").get<std::uint64_t>()};
    if (kind == "wrong") return wrong_result{answer.value("reason", "")};
    if (kind == "failed") return cell_error{answer.value("reason", "")};
    throw std::out_of_range("there is no answer '" + kind + "'");
}

} // namespace

std::string line_of(const cell_command& command) {
    return one_line(std::visit([](const auto& each) { return written(each); }, command));
}

std::string line_of(const cell_answer& answer) {
    return one_line(std::visit([](const auto& each) { return written(each); }, answer));
}

cell_command command_from_line(const std::string& line) {
    const auto command = json::parse(line);
    const auto kind = command.at("do").get<std::string>();
    if (kind == "warm")
        return warm_command{.slice_ns = command.at("slice_ns").get<std::uint64_t>(),
                            .seed = command.at("seed").get<std::uint64_t>()};
    if (kind == "slice")
        return slice_command{.iterations = command.at("iterations").get<std::uint64_t>(),
                             .seed = command.at("seed").get<std::uint64_t>(),
                             .latency = command.at("latency").get<bool>()};
    if (kind == "close") return close_command{};
    throw std::out_of_range("there is no command '" + kind + "'");
}

std::optional<cell_answer> answer_from_line(const std::string& line) {
    try {
        return answer_from_json(json::parse(line));
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

} // namespace bench

#include "harness/command/completion.hpp"
#include "harness/common/text.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace bench {
namespace {

/// What a shell does for each kind of value, in the order of `completed_kind`; `{}` stands for the words of a
/// choice.
using actions = std::array<std::string_view, 8>;

std::string action(const actions& of, const completed_flag& flag) {
    return fmt::format(fmt::runtime(of[static_cast<std::size_t>(flag.kind)]), join(flag.choices, " "));
}

std::string command_names(const std::vector<completed_command>& commands) {
    std::vector<std::string> names;
    for (const auto& command : commands) names.push_back(command.name);
    return join(names, " ");
}

std::string flag_names(const completed_command& command) {
    std::vector<std::string> names;
    for (const auto& flag : command.flags) names.insert(names.end(), flag.names.begin(), flag.names.end());
    return join(names, " ");
}

/// A branch of `case` for every flag that takes a value: `"run -w" | "run --workload") …`.
std::string value_branches(const std::vector<completed_command>& commands, const actions& of,
                           const char* form) {
    std::string made;
    for (const auto& command : commands)
        for (const auto& flag : command.flags) {
            if (flag.names.empty() || flag.kind == completed_kind::nothing) continue;
            std::vector<std::string> patterns;
            for (const auto& name : flag.names)
                patterns.push_back(fmt::format("\"{} {}\"", command.name, name));
            made += fmt::format(fmt::runtime(form), join(patterns, " | "), action(of, flag));
        }
    return made;
}

/// What the arguments by place of a command offer, one after the other; those that nobody can guess offer
/// nothing.
std::string place_actions(const completed_command& command, const actions& of) {
    std::vector<std::string> made;
    for (const auto& flag : command.flags)
        if (flag.names.empty() && flag.kind != completed_kind::other) made.push_back(action(of, flag));
    return made.empty() ? action(of, {}) : join(made, "; ");
}

std::string place_branches(const std::vector<completed_command>& commands, const actions& of,
                           const char* form) {
    std::string made;
    for (const auto& command : commands)
        made += fmt::format(fmt::runtime(form), command.name, flag_names(command), place_actions(command, of));
    return made;
}

constexpr actions bash_actions{
    ":",
    "_spargio_bench_words {}",
    "_spargio_bench_words $(_spargio_bench_ask workloads)",
    "_spargio_bench_arms",
    "_spargio_bench_open '' \"$word\" $(_spargio_bench_ask knobs)",
    "_spargio_bench_matrices",
    ":", // bash itself offers files where there is nothing else
    "_spargio_bench_no_files",
};

constexpr const char* bash_form = R"sh(# Completes spargio-bench in bash. Made by: spargio-bench completion bash
_spargio_bench() {{
    local IFS=$' \t\n' word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} flags
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _spargio_bench_words {commands} --help
        return
    fi
    # --flag=value and knob=value come as three words each.
    if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before=${{COMP_WORDS[COMP_CWORD - 2]}}; fi
    case "${{COMP_WORDS[1]}} $before" in
{values}    esac
    if [[ " ${{COMP_WORDS[COMP_CWORD]}} ${{COMP_WORDS[COMP_CWORD - 1]}} " == *" = "* ]]; then # the value of a knob
        _spargio_bench_no_files
        return
    fi
    case "${{COMP_WORDS[1]}}" in
{places}    esac
    if [[ $word == -* ]]; then COMPREPLY=(); _spargio_bench_words $flags; fi
}}
# The program that is being completed knows the names itself.
_spargio_bench_ask() {{ "${{COMP_WORDS[0]}}" list --names "$@" 2>/dev/null; }}
_spargio_bench_no_files() {{ compopt +o default; }}
_spargio_bench_words() {{
    COMPREPLY+=($(compgen -W "$*" -- "$word"))
    _spargio_bench_no_files
}}
_spargio_bench_open() {{ # what stands before, what is typed, names that go on with =
    local start=$1 typed=$2
    shift 2
    COMPREPLY=($(compgen -P "$start" -S = -W "$*" -- "$typed"))
    compopt +o default -o nospace
}}
_spargio_bench_arms() {{
    if [[ $word == *,* ]]; then
        _spargio_bench_open "${{word%,*}}," "${{word##*,}}" $(_spargio_bench_ask knobs -b "${{word%%,*}}")
    else
        _spargio_bench_words $(_spargio_bench_ask backends)
    fi
}}
_spargio_bench_matrices() {{
    local name
    while read -r name; do COMPREPLY+=("$name"); done < <(
        compgen -f -X '!*.toml' -- "$word"
        compgen -d -- "$word"
    )
    compopt +o default -o filenames
}}
complete -o default -F _spargio_bench spargio-bench
)sh";

constexpr actions zsh_actions{":",
                              "compadd -- {}",
                              "_spargio_bench_names workloads",
                              "_spargio_bench_arms",
                              "_spargio_bench_open knobs",
                              "_files -g '*.toml'",
                              "_files",
                              ":"};

constexpr const char* zsh_form = R"sh(#compdef spargio-bench
# Completes spargio-bench in zsh. Made by: spargio-bench completion zsh
_spargio_bench() {{
    if (( CURRENT == 2 )); then compadd -- {commands} --help; return; fi
    case "$words[2] $words[CURRENT-1]" in
{values}    esac
    case "$words[2]" in
{places}    esac
}}
# The program that is being completed knows the names itself.
_spargio_bench_ask() {{ ${{(Q)words[1]}} list --names "$@" 2>/dev/null }}
_spargio_bench_names() {{ compadd -- ${{(f)"$(_spargio_bench_ask "$@")"}} }}
_spargio_bench_open() {{ compadd -S = -- ${{(f)"$(_spargio_bench_ask "$@")"}} }}
_spargio_bench_arms() {{
    local backend=${{PREFIX%%,*}}
    if compset -P '*,'; then _spargio_bench_open knobs -b $backend; else _spargio_bench_names backends; fi
}}
compdef _spargio_bench spargio-bench
)sh";

constexpr actions fish_actions{"",
                               " -x -a '{}'",
                               " -x -a '(__spargio_bench_ask workloads)'",
                               " -x -a '(__spargio_bench_arms)'",
                               " -x -a '(__spargio_bench_ask knobs | string replace -r \\$ =)'",
                               " -x -a '(__fish_complete_suffix .toml)'",
                               " -r -F",
                               " -x"};

constexpr const char* fish_functions =
    R"sh(# Completes spargio-bench in fish. Made by: spargio-bench completion fish
# The program that is being completed knows the names itself.
function __spargio_bench_ask
    set -l line (commandline -opc)
    command $line[1] list --names $argv 2>/dev/null
end
function __spargio_bench_arms
    set -l typed (commandline -ct)
    if string match -q '*,*' -- $typed
        set -l start (string replace -r ',[^,]*$' , -- $typed)
        set -l backend (string replace -r ',.*' '' -- $typed)
        for knob in (__spargio_bench_ask knobs -b $backend)
            echo $start$knob=
        end
    else
        __spargio_bench_ask backends
    end
end
)sh";

std::string bash_script(const std::vector<completed_command>& commands) {
    return fmt::format(
        bash_form, fmt::arg("commands", command_names(commands)),
        fmt::arg("values", value_branches(commands, bash_actions, "    {}) {}; return ;;\n")),
        fmt::arg("places", place_branches(commands, bash_actions, "    {}) flags=\"{}\"; {} ;;\n")));
}

std::string zsh_script(const std::vector<completed_command>& commands) {
    constexpr const char* place =
        "    {}) if [[ $words[CURRENT] == -* ]]; then compadd -- {}; else {}; fi ;;\n";
    return fmt::format(zsh_form, fmt::arg("commands", command_names(commands)),
                       fmt::arg("values", value_branches(commands, zsh_actions, "    {}) {}; return ;;\n")),
                       fmt::arg("places", place_branches(commands, zsh_actions, place)));
}

std::string fish_quoted(const std::string& text) {
    std::string made = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') made += '\\';
        made += c;
    }
    return made + "'";
}

std::string fish_script(const std::vector<completed_command>& commands) {
    std::string made = fish_functions;
    for (const auto& command : commands)
        made += fmt::format("complete -c spargio-bench -n __fish_use_subcommand -f -a {} -d {}\n", command.name,
                            fish_quoted(command.help));
    for (const auto& command : commands) {
        const auto start =
            fmt::format("complete -c spargio-bench -n '__fish_seen_subcommand_from {}'", command.name);
        bool files = false;
        for (const auto& flag : command.flags) {
            std::string names;
            for (const auto& name : flag.names)
                names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
            files |= flag.names.empty() && flag.kind == completed_kind::file;
            if (flag.names.empty() && flag.kind == completed_kind::file) continue; // fish offers files itself
            // -x and -r are about the value of a flag; where an argument stands by its place, -f says the same.
            auto offer = action(fish_actions, flag);
            if (flag.names.empty()) offer.replace(offer.find(" -x"), 3, " -f");
            made += fmt::format("{}{}{} -d {}\n", start, names, offer, fish_quoted(flag.help));
        }
        if (!files) made += start + " -f\n";
    }
    return made;
}

} // namespace

std::string completion_script(const std::string& shell, const std::vector<completed_command>& commands) {
    return shell == "bash"  ? bash_script(commands)
           : shell == "zsh" ? zsh_script(commands)
                            : fish_script(commands);
}

} // namespace bench

"""The project keeps the rules of its house. Each rule is shown, in the other files here, to find a planted fault."""
import os
from pathlib import Path

import pytest
from rules import claims, commits, functions, headers_alone, includes, leftovers, links, mutants, numbers, public_headers, rooms, tour
from rules.tree import Finding

# Into so many tests the headers are dealt, for processes of pytest to share.
SHARES = 8


def report(findings: list[Finding]) -> str:
    return "\n" + "\n".join(str(finding) for finding in sorted(findings))


def test_every_include_keeps_the_table_of_layers(project):
    assert not (found := includes.check_layers(project)), report(found)


def test_no_file_includes_itself_in_a_circle(project):
    assert not (found := includes.check_circles(project)), report(found)


def test_the_rooms_of_the_runtime_include_one_another_in_one_direction(project):
    assert not (found := includes.check_room_circles(project)), report(found)


def test_every_header_outside_detail_is_in_the_list_of_public_ones(project):
    assert not (found := public_headers.check_public_headers(project)), report(found)


def test_a_public_header_reaches_the_loop_and_liburing_only_where_the_list_says(project):
    assert not (found := public_headers.check_reach(project)), report(found)


@pytest.mark.parametrize("header, most", [("tasks/spawn", 22), ("run/run", 40), ("sync/channel", 12), ("net/tcp_stream", 67)])
def test_what_users_include_first_stays_small(project, header, most):
    reach = [each for each in public_headers.reached(project, f"runtime/{header}.hpp") if each != "liburing.h"]
    print(f"<spargio/{header}.hpp> reaches {len(reach)} headers")
    assert len(reach) <= most, "\n".join(sorted(reach))


def test_what_is_internal_stands_in_a_namespace_detail(project):
    assert not (found := public_headers.check_namespaces(project)), report(found)


def test_analysis_touches_nothing_of_cpp(project):
    assert not (found := includes.check_areas_without_cpp(project)), report(found)


def test_every_import_of_the_analysis_keeps_the_table_of_rooms(project):
    assert not (found := rooms.check_rooms(project)), report(found)


def test_no_import_of_the_analysis_goes_in_a_circle(project):
    assert not (found := rooms.check_import_circles(project)), report(found)


@pytest.mark.parametrize("share", range(SHARES))
def test_every_header_compiles_alone(project, share):
    """Of a finished build (.ci/test names it) the sources prove theirs; a thin run compiles no others than users' own."""
    build = os.environ.get("SPARGIO_BUILD")
    headers = headers_alone.headers_to_compile(project, Path(build) if build else None)
    if os.environ.get("SPARGIO_TESTS") == "thin":
        headers = [name for name in headers if name in public_headers.public_headers()]
    assert len(headers) >= SHARES
    assert not (found := headers_alone.compile_each(project, headers[share::SHARES], jobs=1)), report(found)


def test_no_source_file_is_longer_than_a_reader_can_bear(project):
    assert not (found := leftovers.check_length(project)), report(found)


def test_every_function_fits_on_a_screen_and_no_giant_grows(project):
    assert not (found := functions.check_function_length(project)), report(found)


def test_no_parameter_of_python_is_called_by_a_pronoun(project):
    assert not (found := functions.check_python_parameters(project)), report(found)


def test_no_parameter_of_cpp_is_called_by_a_pronoun_where_the_rule_is_on(project):
    assert not (found := functions.check_cpp_parameters(project)), report(found)


def test_every_subject_of_a_commit_fits_on_a_line(project):
    if reason := commits.why_unknown(project):
        pytest.skip(reason)
    assert not (found := commits.check_subjects(project)), report(found)


def test_every_reminder_has_an_owner(project):
    assert not (found := leftovers.check_owners(project)), report(found)


def test_no_library_prints_and_nobody_left_a_debugger_behind(project):
    assert not (found := leftovers.check_prints(project)), report(found)


def test_no_file_imports_a_conftest_that_another_folder_may_shadow(project):
    assert not (found := leftovers.check_conftest(project)), report(found)


def test_no_code_hides_in_comments(project):
    assert not (found := leftovers.check_dead_code(project)), report(found)


def test_no_file_knows_the_paths_of_one_machine(project):
    assert not (found := leftovers.check_machine_paths(project)), report(found)


def test_every_text_has_the_common_form(project):
    assert not (found := leftovers.check_form(project)), report(found)


def test_every_header_is_guarded_and_says_what_it_is_for(project):
    assert not (found := leftovers.check_headers_begin(project)), report(found)


def test_every_number_of_the_specification_is_defined_once(project):
    assert not (found := numbers.check_definitions(project)), report(found)


def test_every_number_that_a_file_cites_is_defined(project):
    assert not (found := numbers.check_citations(project)), report(found)


def test_every_number_is_proved_by_a_test_or_said_not_to_be_there(project):
    assert not (found := numbers.check_status(project)), report(found)


def test_every_cpp_file_is_compiled_by_something(project):
    assert not (found := claims.check_listed_in_cmake(project)), report(found)


def test_every_link_between_documents_leads_somewhere(project):
    assert not (found := links.check_links(project)), report(found)


def test_the_readme_names_only_what_is_there(project):
    assert not (found := claims.check_readme(project)), report(found)


def test_every_planted_defect_is_described_in_the_common_form(project):
    assert not (found := mutants.check_descriptions(project)), report(found)


def test_every_planted_defect_fits_the_source_as_it_is(project):
    assert not (found := mutants.check_places(project)), report(found)


def test_every_planted_defect_names_a_test_that_is_there(project):
    assert not (found := mutants.check_killers(project)), report(found)


def test_no_defect_stands_in_the_sources_themselves(project):
    assert not (found := mutants.check_sources_are_sound(project)), report(found)


def test_the_tour_leads_past_functions_that_are_there(project):
    assert not (found := tour.check_tour(project)), report(found)
    assert (project.text("docs/tour.md") or "").count("\n1. ") == 3


def test_the_rules_look_at_the_whole_project(project):
    """A rule that sees no files finds no faults."""
    for folder in ("runtime/", "workloads/", "backends/", "harness/", "tests/"):
        assert project.cpp(under=folder), folder
    assert project.python(under="analysis/")
    assert len(rooms.modules(project)) > 50
    assert sum(len(functions.functions_of(project, name)) for name in project.cpp()) > 3000
    assert len(claims.named_tests(project)) > 100
    assert len(numbers.defined_numbers(project)) > 100
    assert len(mutants.read(project)[0]) > 50
    assert sum(len(includes.includes_of(project, name)) for name in project.cpp()) > 200

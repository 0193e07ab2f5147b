#include "harness/files/json_schema.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace bench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> violations(const char* schema, const char* document) {
    return schema_violations(json::parse(schema), json::parse(document));
}

TEST(json_schema, M20_types_hold_and_an_integer_is_no_fraction) {
    EXPECT_THAT(violations(R"({"type": ["integer", "null"]})", "null"), IsEmpty());
    EXPECT_THAT(violations(R"({"type": ["integer", "null"]})", "3"), IsEmpty());
    EXPECT_THAT(violations(R"({"type": ["integer", "null"]})", "3.5"), ElementsAre(HasSubstr("must be")));
    EXPECT_THAT(violations(R"({"type": "string"})", "1"), ElementsAre(HasSubstr("is number")));
}

TEST(json_schema, M20_a_violation_names_its_place) {
    const char* schema = R"({"properties": {"a": {"items": {"required": ["b"]}}}})";
    EXPECT_THAT(violations(schema, R"({"a": [{"b": 1}, {}]})"), ElementsAre("/a/1: lacks \"b\""));
}

TEST(json_schema, M20_unknown_keys_bounds_words_and_patterns_are_checked) {
    EXPECT_THAT(violations(R"({"properties": {"a": {}}, "additionalProperties": false})", R"({"b": 1})"),
                ElementsAre(HasSubstr("has a key \"b\"")));
    EXPECT_THAT(violations(R"({"additionalProperties": {"type": "string"}})", R"({"b": 1})"),
                ElementsAre(HasSubstr("/b: must be")));
    EXPECT_THAT(violations(R"({"minimum": 1})", "0"), ElementsAre(HasSubstr("least is 1")));
    EXPECT_THAT(violations(R"({"enum": ["a", "b"]})", "\"c\""), ElementsAre(HasSubstr("one of")));
    EXPECT_THAT(violations(R"({"const": 1})", "2"), ElementsAre(HasSubstr("must be 1")));
    EXPECT_THAT(violations(R"({"pattern": "^1\\."})", "\"2.0\""), ElementsAre(HasSubstr("must match")));
    EXPECT_THAT(violations(R"({"minItems": 2, "maxItems": 2})", "[1]"), ElementsAre(HasSubstr("too few")));
    EXPECT_THAT(violations(R"({"minItems": 2, "maxItems": 2})", "[1,2,3]"), ElementsAre(HasSubstr("too many")));
}

TEST(json_schema, M20_choices_and_references_are_followed) {
    const char* schema = R"({"oneOf": [{"type": "null"}, {"$ref": "#/$defs/pair"}],
                             "$defs": {"pair": {"type": "object", "required": ["x"]}}})";
    EXPECT_THAT(violations(schema, "null"), IsEmpty());
    EXPECT_THAT(violations(schema, R"({"x": 1})"), IsEmpty());
    EXPECT_THAT(violations(schema, "{}"), ElementsAre(HasSubstr("lacks \"x\"")));
}

TEST(json_schema, M20_a_keyword_that_is_not_known_is_a_defect_and_not_ignored) {
    EXPECT_THROW(static_cast<void>(violations(R"({"maximum": 3})", "4")), std::logic_error);
}

} // namespace
} // namespace bench

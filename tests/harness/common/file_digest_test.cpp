#include "harness/common/file_digest.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

namespace bench {
namespace {

std::optional<std::string> digest_of(const std::string& text) {
    const auto path = std::filesystem::temp_directory_path() / ("spargio-digest-" + std::to_string(::getpid()));
    std::ofstream(path, std::ios::binary) << text;
    const auto digest = file_digest(path);
    std::filesystem::remove(path);
    return digest;
}

// The examples of FIPS 180-4, and lengths around the end of a block of 64 bytes, as sha256sum(1) prints them.
TEST(file_digest, M20_is_SHA_256_for_every_length_of_the_last_block) {
    EXPECT_EQ(digest_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(digest_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(digest_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(digest_of(std::string(1'000'000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(file_digest, M20_what_cannot_be_read_has_none) {
    EXPECT_FALSE(file_digest("/nowhere/at/all"));
    EXPECT_FALSE(file_digest("/tmp"));
}

} // namespace
} // namespace bench

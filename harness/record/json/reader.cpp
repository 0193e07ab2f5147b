#include "harness/record/json/reader.hpp"

namespace bench {

json object_of(const named_texts& texts) {
    json all = json::object();
    for (const auto& [name, text] : texts) all[name] = text;
    return all;
}

named_texts named_texts_from_json(const json& written) {
    named_texts all;
    for (const auto& [name, text] : written.get_ref<const json::object_t&>())
        all.emplace_back(name, text.get<std::string>());
    return all;
}

json as_read(json written, const other_minor& beyond) {
    for (const auto& key : beyond.lacking) written.erase(key);
    for (const auto& [key, value] : beyond.added.items()) written[key] = value;
    return written;
}

} // namespace bench
